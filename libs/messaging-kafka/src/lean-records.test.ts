import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, type RecordDecoder } from './lean-records.ts';

const load = createRequire(import.meta.url);
const folder = 'kafkajs/src/protocol';
const encode = load(`${folder}/recordBatch/record/v0/index.js`) as (record: object) => {
  readonly buffer: Buffer;
};
const kafkajsDecode = load(`${folder}/recordBatch/record/v0/decoder.js`) as (
  ...given: Parameters<typeof decodeRecord>
) => Readonly<Record<string, unknown>>;
const Decoder = load(`${folder}/decoder.js`) as new (buffer: Buffer) => RecordDecoder;
const Long = load('kafkajs/src/utils/long.js') as { fromValue(value: unknown): unknown };

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
// kafkajs joins a header with whatever every object has under its name, a function for example.
const name = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((text) => !(text in Object.prototype));
const records = fc.record({
  offsetDelta: fc.nat({ max: 100_000 }),
  timestampDelta: fc.nat({ max: 100_000 }),
  key: fc.option(fc.oneof(bytes, fc.string({ unit: 'grapheme' }))),
  value: fc.option(bytes),
  headers: fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 200 })),
});
const context = {
  firstOffset: '9007199254740993',
  firstTimestamp: Long.fromValue(1_767_225_600_000),
  magicByte: 2,
  timestampType: 0,
};

/** What a record decodes from: everything behind its length. */
function bodyOf(encoded: Buffer): RecordDecoder {
  const decoder = new Decoder(encoded);
  decoder.readVarInt();
  return decoder;
}

function asTexts(headers: unknown): unknown {
  const text = (value: unknown): unknown => (Buffer.isBuffer(value) ? value.toString() : value);
  const pairs = Object.entries(headers as Record<string, unknown>);
  return Object.fromEntries(
    pairs.map(([key, value]) => [key, Array.isArray(value) ? value.map(text) : text(value)]),
  );
}

describe('decodeRecord', () => {
  it('reads what kafkajs reads, header values as texts', () => {
    fc.assert(
      fc.property(records, (record) => {
        const encoded = encode(record).buffer;
        const theirs = kafkajsDecode(bodyOf(encoded), context);

        expect(decodeRecord(bodyOf(encoded), context)).toEqual({
          ...theirs,
          headers: asTexts(theirs['headers']),
        });
      }),
    );
  });

  it('takes no header for the one before it, whatever stood in its place', () => {
    const headersOf = (value: string): unknown =>
      decodeRecord(bodyOf(encode({ value: null, headers: { name: value } }).buffer), context)
        .headers;

    // As many bytes as the one before has characters, and the same numbers: é is the bytes of Ã and ©.
    expect(headersOf('Ã©')).toEqual({ name: 'Ã©' });
    expect(headersOf('é')).toEqual({ name: 'é' });
    expect(headersOf('e2')).toEqual({ name: 'e2' });
    expect(headersOf('e3')).toEqual({ name: 'e3' });
    expect(headersOf('e3')).toEqual({ name: 'e3' });
  });

  it('reads repeated headers, headers without a value, negative and long timestamps as kafkajs does', () => {
    const encoded = encode({
      value: null,
      timestampDelta: -123_456_789_012,
      headers: { twice: ['a', 'b', 'c'], once: Buffer.from('d') },
    }).buffer;
    const theirs = kafkajsDecode(bodyOf(encoded), context);

    const ours = decodeRecord(bodyOf(encoded), context);

    expect(ours).toEqual({ ...theirs, headers: { twice: ['a', 'b', 'c'], once: 'd' } });
    expect(ours.timestamp).toBe('1643768810988');
  });

  it('takes the time of the broker where the topic says so', () => {
    const encoded = encode({ value: null }).buffer;
    const brokers = {
      ...context,
      timestampType: 1,
      maxTimestamp: Long.fromValue(1_800_000_000_000),
    };

    expect(decodeRecord(bodyOf(encoded), brokers).timestamp).toBe('1800000000000');
  });
});
