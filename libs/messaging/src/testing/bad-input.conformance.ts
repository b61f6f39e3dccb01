import assert from 'node:assert/strict';
import { DependencyDown, PoisonMessage } from '@sluice/failure';
import type { Delivery, ReceivedMessage, WireMessage } from '../event-record.ts';
import { deadLetterHeaders, eventHeaders, HEADER_BYTES_MAX } from '../headers.ts';
import { partitionOf } from '../partitioner.ts';
import { Scene } from './scene.ts';
import type { MessagingHarness } from './scene.ts';
import { until } from './until.ts';

const waitMs = 20_000;

interface BadInput {
  readonly what: string;
  /** The failure code of its dead letter. */
  readonly code: string;
  spoil(good: WireMessage, harness: MessagingHarness): WireMessage;
}

/** Every kind of message that cannot be read, and how it ends. */
const unreadable: readonly BadInput[] = [
  {
    what: 'a value that is no Avro',
    code: 'CODEC_NOT_AVRO',
    spoil: (good) => ({ ...good, value: Buffer.from('{"not":"avro"}') }),
  },
  {
    what: 'a value shorter than its header',
    code: 'CODEC_NOT_AVRO',
    spoil: (good) => ({ ...good, value: Buffer.from([0, 0, 1]) }),
  },
  {
    what: 'an unknown magic byte',
    code: 'CODEC_NOT_AVRO',
    spoil: (good) => ({ ...good, value: Buffer.concat([Buffer.from([7]), bodyOf(good, 1)]) }),
  },
  {
    what: 'a truncated value',
    code: 'CODEC_UNREADABLE',
    spoil: (good) => ({ ...good, value: bodyOf(good).subarray(0, -3) }),
  },
  {
    what: 'an over-long value',
    code: 'CODEC_UNREADABLE',
    spoil: (good) => ({ ...good, value: Buffer.concat([bodyOf(good), Buffer.alloc(100)]) }),
  },
  {
    what: 'an unknown schema id',
    code: 'CODEC_UNKNOWN_SCHEMA',
    spoil: (good) => ({ ...good, value: withSchemaId(good, 0x7fff_ffff) }),
  },
  {
    what: 'a schema that is no schema',
    code: 'CODEC_UNRESOLVABLE_SCHEMA',
    spoil: (good, { addSchema }) => ({ ...good, value: withSchemaId(good, addSchema('{"type":')) }),
  },
  {
    what: 'a schema that cannot be resolved',
    code: 'CODEC_UNRESOLVABLE_SCHEMA',
    spoil: (good, { addSchema }) => {
      const foreign = { type: 'record', name: 'PaymentCaptured', namespace: 'sluice.payments.v1' };
      const id = addSchema(JSON.stringify({ ...foreign, fields: [{ name: 'x', type: 'int' }] }));
      return { ...good, value: withSchemaId(good, id) };
    },
  },
  {
    what: 'a schema of a record nobody knows',
    code: 'CODEC_UNKNOWN_TYPE',
    spoil: (good, { addSchema }) => {
      const id = addSchema(JSON.stringify({ type: 'record', name: 'no.Body', fields: [] }));
      return { ...good, value: withSchemaId(good, id) };
    },
  },
  {
    what: 'a null value (a tombstone)',
    code: 'CODEC_NOT_AVRO',
    spoil: (good) => ({ ...good, value: null }),
  },
  ...[
    eventHeaders.id,
    eventHeaders.type,
    eventHeaders.source,
    eventHeaders.tenant,
    eventHeaders.time,
  ].map((name) => ({
    what: `no header ${name}`,
    code: 'ENVELOPE_INCOMPLETE',
    spoil: (good: WireMessage) => withHeader(good, name, undefined),
  })),
  {
    what: 'a time that is none',
    code: 'ENVELOPE_INCOMPLETE',
    spoil: (good) => withHeader(good, eventHeaders.time, 'yesterday'),
  },
  {
    what: 'a version that is no number',
    code: 'ENVELOPE_INCOMPLETE',
    spoil: (good) => withHeader(good, eventHeaders.version, '1e3'),
  },
  {
    what: 'a header of a megabyte',
    code: 'ENVELOPE_TOO_LARGE',
    spoil: (good) => withHeader(good, 'x-hostile', 'x'.repeat(1_048_576)),
  },
  {
    what: 'a thousand headers',
    code: 'ENVELOPE_TOO_LARGE',
    spoil: (good) => {
      const more = Array.from({ length: 1_000 }, (_, index) => [`x-${index}`, 'x'.repeat(50)]);
      return { ...good, headers: { ...good.headers, ...Object.fromEntries(more) } };
    },
  },
  {
    what: 'a zero character in a header',
    code: 'ENVELOPE_UNREADABLE',
    spoil: (good) => withHeader(good, eventHeaders.subject, 'a\0b'),
  },
];

function bodyOf({ value }: WireMessage, from = 0): Buffer {
  return (value ?? Buffer.alloc(0)).subarray(from);
}

function withSchemaId(good: WireMessage, id: number): Buffer {
  const value = Buffer.from(bodyOf(good));
  value.writeInt32BE(id, 1);
  return value;
}

function withHeader(good: WireMessage, name: string, value: string | undefined): WireMessage {
  const { [name]: _, ...headers } = good.headers;
  return { ...good, headers: value === undefined ? headers : { ...headers, [name]: value } };
}

async function inScene(
  harness: MessagingHarness,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = new Scene(harness);
  try {
    await play(scene);
  } finally {
    await scene.closeAll();
  }
}

/** Where a dead letter says that it came from; offset, partition, time and attempts must be numbers. */
function provenanceOf(letter: ReceivedMessage | undefined): Record<string, string | undefined> {
  const { headers = {} } = letter ?? {};
  for (const name of [
    deadLetterHeaders.originalPartition,
    deadLetterHeaders.originalOffset,
    deadLetterHeaders.originalTimestamp,
    deadLetterHeaders.attempts,
  ]) {
    assert.match(headers[name] ?? '', /^\d+$/, name);
  }
  return {
    topic: headers[deadLetterHeaders.originalTopic],
    group: headers[deadLetterHeaders.originalConsumerGroup],
  };
}

function failureCodeOf({ headers }: ReceivedMessage): string | undefined {
  return headers[deadLetterHeaders.failureCode];
}

/** What becomes of input that no producer of ours writes. Part of the suite of every broker. */
export const badInputConformance: readonly {
  readonly name: string;
  run(harness: MessagingHarness): Promise<void>;
}[] = [
  {
    name: 'ends everything unreadable as a dead letter with its code and bytes, and stops no key',
    run: (harness) =>
      inScene(harness, async (scene) => {
        const seen: Delivery[] = [];
        await scene.consume((deliveries) => void seen.push(...deliveries));
        const bad = unreadable.map(({ what, spoil }) => spoil(scene.message(what, 1), harness));
        for (const [index, { what }] of unreadable.entries()) {
          const [before, after] = [scene.message(what, 0), scene.message(what, 2)];
          await harness.write([before, ...bad.slice(index, index + 1), after]);
        }
        const goodCount = unreadable.length * 2;
        await until(() => seen.length >= goodCount, { what: 'what is good', timeoutMs: waitMs });
        const isOwn = ({ key }: ReceivedMessage): boolean => key.endsWith(scene.tenant);
        const letters = await scene.deadLetters(unreadable.length, isOwn);
        for (const [index, { what, code }] of unreadable.entries()) {
          const key = scene.keyOf(what);
          const versions = seen.filter(({ event }) => event.key === key).map(versionOf);
          assert.deepEqual(versions, [0, 2], what);
          const own = letters.filter((letter) => letter.key === key);
          assert.deepEqual(own.map(failureCodeOf), [code], what);
          assert.deepEqual(own[0]?.value, bad[index]?.value, what);
          assert.deepEqual(provenanceOf(own[0]), { topic: 'payments.v1', group: scene.group });
          const widest = Math.max(...Object.values(own[0]?.headers ?? {}).map((v) => v.length));
          assert.ok(widest <= HEADER_BYTES_MAX, what);
        }
        assert.deepEqual(await scene.parking.parkedKeys(scene.group), []);
      }),
  },
  {
    name: 'dead-letters what a handler finds to be poison and lets its key go on, although it parks',
    run: (harness) =>
      inScene(harness, async (scene) => {
        const seen: Delivery[] = [];
        await scene.consume(
          (deliveries) => {
            const isBad = deliveries.some((each) => versionOf(each) === 1);
            if (isBad) throw new PoisonMessage('TEST_CONFLICT', 'The id came before.');
            seen.push(...deliveries);
          },
          { batchMax: 10 },
        );
        await scene.publish(['k0', 'k1'], [0, 3]);
        await until(() => seen.length >= 4, { what: 'the rest', timeoutMs: waitMs });
        const letters = await scene.deadLetters(2, ({ key }) => key.endsWith(scene.tenant));
        assert.deepEqual(letters.map(failureCodeOf), ['TEST_CONFLICT', 'TEST_CONFLICT']);
        for (const key of ['k0', 'k1'].map((each) => scene.keyOf(each))) {
          assert.deepEqual(seen.filter(({ event }) => event.key === key).map(versionOf), [0, 2]);
        }
        assert.deepEqual(await scene.parking.parkedKeys(scene.group), []);
      }),
  },
  {
    name: 'hands an event of a tenant nobody knows to its handler, which alone can judge it',
    run: (harness) =>
      inScene(harness, async (scene) => {
        const seen: Delivery[] = [];
        await scene.consume((deliveries) => void seen.push(...deliveries));
        const good = scene.message('k', 0);
        await harness.write([withHeader(good, eventHeaders.tenant, 'nobody-knows')]);
        await until(() => seen.length === 1, { what: 'the event', timeoutMs: waitMs });
        assert.equal(seen[0]?.event.tenant, 'nobody-knows');
      }),
  },
  {
    name: 'keeps the order of the log whatever the clocks of producers say, and no age is negative',
    run: (harness) =>
      inScene(harness, async (scene) => {
        const seen: Delivery[] = [];
        const ages: number[] = [];
        const strategy = await scene.consume((deliveries) => {
          seen.push(...deliveries);
          const partitions = strategy?.describe().flatMap((group) => group.partitions) ?? [];
          ages.push(...partitions.map(({ oldestAgeMs }) => oldestAgeMs));
        });
        const minute = 60_000n;
        const now = BigInt(Date.now());
        const skews: readonly [string, bigint][] = [
          ['9999-12-31T23:59:59.999999Z', now + 50n * minute],
          ['0001-01-01T00:00:00Z', 0n],
          ['2026-01-01T00:00:00+14:00', now - 500_000n * minute],
        ];
        await harness.write(
          skews.map(([time, timestampMs], number) => ({
            ...withHeader(scene.message('k', number), eventHeaders.time, time),
            timestampMs,
          })),
        );
        await until(() => seen.length === 3, { what: 'three events', timeoutMs: waitMs });
        assert.deepEqual(seen.map(versionOf), [0, 1, 2]);
        assert.ok(ages.length > 0 && ages.every((age) => age >= 0));
      }),
  },
  {
    name: 'shows the lag of partitions of which nothing was fetched while it stands still',
    run: (harness) =>
      inScene(harness, async (scene) => {
        const strategy = await scene.consume(
          () => {
            throw new DependencyDown('postgres', 'It is down.');
          },
          { limits: { backlogPollMs: 50 } },
        );
        await scene.publish(['k0'], [0, 1]);
        await until(() => !strategy.isReady(), { what: 'standing still', timeoutMs: waitMs });
        const keys = Array.from({ length: 60 }, (_, index) => `late-${index}`);
        await scene.publish(keys, [0, 1]);

        // The log also holds what others left there, and some of it may not have been passed over yet.
        const isSeen = (): boolean => {
          const partitions = strategy.describe()[0]?.partitions ?? [];
          const lateIn = (partition: number): number =>
            keys.filter((key) => partitionOf(scene.keyOf(key), partitions.length) === partition)
              .length;
          return partitions.every(({ partition, lag }) => lag >= lateIn(partition));
        };
        await until(isSeen, { what: 'the lag of every partition', timeoutMs: waitMs });
      }),
  },
];

function versionOf({ event }: Delivery): number {
  return Number(event.version);
}
