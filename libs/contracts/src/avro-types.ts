import avsc from 'avsc';
import type { Schema, Type } from 'avsc';

/**
 * Avro `long` as `bigint`, without loss beyond 2^53.
 * Money and instants in microseconds need all 64 bits.
 */
const bigIntLong = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: (value: unknown) => BigInt(value as number | string),
  toJSON: (value: bigint) => value.toString(),
  isValid: (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  compare: (left: bigint, right: bigint) => {
    if (left === right) return 0;
    return left < right ? -1 : 1;
  },
});

/**
 * Compiles an Avro schema with our longs: money and timestamps are `bigint` on both ways.
 * @throws Error when the text is no Avro schema.
 */
export function compileSchema(schema: string): Type {
  return avsc.Type.forSchema(JSON.parse(schema) as Schema, { typeHook: longHook });
}

function longHook(schema: Schema): Type | undefined {
  const name = typeof schema === 'object' && 'type' in schema ? schema.type : schema;
  return name === 'long' ? bigIntLong : undefined;
}
