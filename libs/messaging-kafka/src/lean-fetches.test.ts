import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedRequest } from './encoded-request.ts';
import {
  decodeFetch,
  encodeFetch,
  type DecodeMessages,
  type FetchAnswer,
  type FetchDecoder,
  type FetchRequest,
} from './lean-fetches.ts';

const load = createRequire(import.meta.url);
const folder = 'kafkajs/src/protocol';
const kafkajsFetch = load(`${folder}/requests/fetch/v11/request.js`) as (request: FetchRequest) => {
  encode(): Promise<EncodedRequest>;
};
const kafkajsAnswer = load(`${folder}/requests/fetch/v11/response.js`) as {
  decode(raw: Buffer): Promise<FetchAnswer>;
};
const decodeMessages = load(`${folder}/requests/fetch/v4/decodeMessages.js`) as DecodeMessages;
const Decoder = load(`${folder}/decoder.js`) as new (buffer: Buffer) => FetchDecoder;
const recordBatch = load(`${folder}/recordBatch/v0/index.js`) as {
  RecordBatch(options: object): Promise<EncodedRequest>;
};
const encodeRecord = load(`${folder}/recordBatch/record/v0/index.js`) as (r: object) => unknown;

const int32 = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const int64 = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const offset = fc.bigInt({ min: -2n, max: 2n ** 63n - 1n }).map(String);
const text = fc.string({ unit: 'grapheme', maxLength: 249 });

const requests = fc.record({
  replicaId: fc.constant(-1),
  maxWaitTime: int32,
  minBytes: int32,
  maxBytes: int32,
  isolationLevel: fc.constantFrom(0, 1),
  topics: fc.array(
    fc.record({
      topic: text,
      partitions: fc.array(fc.record({ partition: int32, fetchOffset: offset, maxBytes: int32 })),
    }),
  ),
  rackId: fc.option(text, { nil: undefined }),
});

const partitions = fc.record({
  partition: int32,
  errorCode: fc.constantFrom(0, 0, 0, 1, 6),
  marks: fc.tuple(int64, int64, int64),
  aborted: fc.option(fc.array(fc.tuple(int64, int64), { maxLength: 3 })),
  preferredReadReplica: fc.constantFrom(-1, -1, -1, 2),
  values: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }),
});
type Partition = typeof partitions extends fc.Arbitrary<infer T> ? T : never;
const answers = fc.array(
  fc.record({ topic: text, partitions: fc.array(partitions, { maxLength: 6 }) }),
  { maxLength: 4 },
);

class Writer {
  private readonly parts: Buffer[] = [];

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  int(value: bigint | number, bits: 16 | 32 | 64): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    return this.raw(bytes.subarray(8 - bits / 8));
  }

  raw(bytes: Buffer): this {
    this.parts.push(bytes);
    return this;
  }

  text(value: string): this {
    return this.int(Buffer.byteLength(value), 16).raw(Buffer.from(value));
  }
}

/** An answer as a broker writes it. */
async function rawAnswer(topics: readonly { topic: string; partitions: Partition[] }[]) {
  const writer = new Writer().int(7, 32).int(0, 16).int(0, 32).int(topics.length, 32);
  for (const { topic, partitions: named } of topics) {
    writer.text(topic).int(named.length, 32);
    for (const partition of named) await writePartition(writer, partition);
  }
  return writer.bytes;
}

async function writePartition(writer: Writer, partition: Partition): Promise<void> {
  const { aborted, values } = partition;
  writer.int(partition.partition, 32).int(partition.errorCode, 16);
  for (const mark of partition.marks) writer.int(mark, 64);
  writer.int(aborted?.length ?? -1, 32);
  for (const number of aborted?.flat() ?? []) writer.int(number, 64);
  writer.int(partition.preferredReadReplica, 32);
  const records = values.map((value) => encodeRecord({ value: Buffer.from(value) }));
  const batch =
    values.length === 0
      ? undefined
      : await recordBatch.RecordBatch({ records, firstTimestamp: 5, maxTimestamp: 5 });
  writer.int(batch?.size() ?? 0, 32);
  if (batch !== undefined) writer.raw(batch.buffer);
}

function says(partition: FetchAnswer['responses'][number]['partitions'][number]): boolean {
  const { errorCode, abortedTransactions, preferredReadReplica, messages } = partition;
  const isSilent = errorCode === 0 && abortedTransactions.length === 0 && messages.length === 0;
  return !isSilent || preferredReadReplica !== -1;
}

describe('encodeFetch', () => {
  it('writes the very bytes that kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const theirs = await kafkajsFetch(request).encode();
        expect(encodeFetch(request)?.buffer).toEqual(theirs.buffer);
        expect(encodeFetch(request)?.size()).toBe(theirs.size());
      }),
    );
  });

  it('leaves what our consumers never ask for to kafkajs', () => {
    const [request] = fc.sample(requests, 1);
    const forgottenTopics = [{ topic: 'payments.v1', partitions: [0] }];
    expect(encodeFetch({ ...(request as FetchRequest), forgottenTopics })).toBeUndefined();
  });
});

describe('decodeFetch', () => {
  it('reads what kafkajs reads, without the partitions of which the answer says nothing', async () => {
    const seen = { silent: 0, telling: 0 };
    await fc.assert(
      fc.asyncProperty(answers, async (topics) => {
        const raw = await rawAnswer(topics);
        const theirs = await kafkajsAnswer.decode(raw);
        const responses = theirs.responses
          .map((response) => ({ ...response, partitions: response.partitions.filter(says) }))
          .filter((response) => response.partitions.length > 0);

        expect(await decodeFetch(new Decoder(raw), decodeMessages)).toEqual({
          ...theirs,
          responses,
        });
        const count = theirs.responses.flatMap((response) => response.partitions);
        seen.telling += count.filter(says).length;
        seen.silent += count.filter((partition) => !says(partition)).length;
      }),
    );
    expect(Math.min(seen.silent, seen.telling)).toBeGreaterThan(5);
  });

  it('refuses an answer that ends too early', async () => {
    const raw = await rawAnswer([
      {
        topic: 'payments.v1',
        partitions: fc.sample(partitions, 1),
      },
    ]);
    await expect(decodeFetch(new Decoder(raw.subarray(0, 40)), decodeMessages)).rejects.toThrow(
      RangeError,
    );
  });
});
