/** What an element is to Postgres: its type, and its bytes. */
interface ElementType<T> {
  readonly oid: number;
  sizeOf(value: T): number;
  /** Returns the bytes written. */
  write(into: Buffer, value: T, at: number): number;
}

const text: ElementType<string> = {
  oid: 25,
  sizeOf: (value) => Buffer.byteLength(value),
  write: (into, value, at) => into.write(value, at),
};
const bytea: ElementType<Buffer> = {
  oid: 17,
  sizeOf: (value) => value.length,
  write: (into, value, at) => value.copy(into, at),
};
const smallint: ElementType<number> = {
  oid: 21,
  sizeOf: () => 2,
  write: (into, value, at) => into.writeInt16BE(value, at) - at,
};
const int: ElementType<number> = {
  oid: 23,
  sizeOf: () => 4,
  write: (into, value, at) => into.writeInt32BE(value, at) - at,
};
const bigint: ElementType<bigint> = {
  oid: 20,
  sizeOf: () => 8,
  write: (into, value, at) => into.writeBigInt64BE(value, at) - at,
};

const lengthBytes = 4;
const headerBytes = 12;
const dimensionBytes = 8;

type Nullable<T> = readonly (T | null)[];

/**
 * Arrays as parameters of a statement, in the binary format of Postgres.
 *
 * The driver sends an array as one text with every element quoted and every byte as two digits, which for a batch
 * costs both sides more than what the statement does with it. The statement must name the type of the parameter:
 * `$1::text[]` for `text`, and so on. Null elements and empty arrays keep their meaning.
 */
export const arrayParameter = {
  text: (values: Nullable<string>): Buffer => encode(text, values),
  bytea: (values: Nullable<Buffer>): Buffer => encode(bytea, values),
  smallint: (values: Nullable<number>): Buffer => encode(smallint, values),
  int: (values: Nullable<number>): Buffer => encode(int, values),
  bigint: (values: Nullable<bigint>): Buffer => encode(bigint, values),
} as const;

/** Header, the one dimension that is not empty, and each element behind its length. */
function encode<T>(type: ElementType<T>, values: Nullable<T>): Buffer {
  const dimensions = values.length === 0 ? 0 : 1;
  const begin = headerBytes + dimensions * dimensionBytes;
  const bytes = Buffer.allocUnsafe(begin + sizeOfAll(type, values));
  bytes.writeInt32BE(dimensions, 0);
  bytes.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  bytes.writeInt32BE(type.oid, 8);
  if (dimensions === 0) return bytes;
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = begin;
  for (const value of values) {
    const size = value === null ? -1 : type.write(bytes, value, at + lengthBytes);
    bytes.writeInt32BE(size, at);
    at += lengthBytes + Math.max(size, 0);
  }
  return bytes;
}

function sizeOfAll<T>(type: ElementType<T>, values: Nullable<T>): number {
  let size = values.length * lengthBytes;
  for (const value of values) if (value !== null) size += type.sizeOf(value);
  return size;
}
