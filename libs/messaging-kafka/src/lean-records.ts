/** The part of kafkajs' decoder that a record is read with. */
export interface RecordDecoder {
  buffer: Buffer;
  offset: number;
  readVarInt(): number;
}

/** What a batch says of all its records. */
export interface BatchContext {
  readonly firstOffset?: unknown;
  readonly firstTimestamp?: unknown;
  readonly magicByte?: number;
  readonly isControlBatch?: boolean;
  readonly timestampType?: number;
  readonly maxTimestamp?: unknown;
}

/** A record as kafkajs' consumer expects it; header values are texts already. */
export interface DecodedRecord {
  readonly magicByte: number | undefined;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string | null | (string | null)[]>>;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

const logAppendTime = 1;
/** What stood last in each place of the headers: names, types, tenants and sources come again in almost every record. */
const lastTexts: string[] = [];
const lastTextsMax = 64;
const lastTextSizeMax = 80;

/**
 * Reads a record whose length kafkajs has read already.
 *
 * kafkajs copies the whole object of headers once for each header, and makes a buffer of each value that is then
 * turned into a text. A name or value that stands where it stood in the record before is not made again.
 */
export function decodeRecord(decoder: RecordDecoder, context: BatchContext = {}): DecodedRecord {
  const attributes = decoder.buffer.readInt8(decoder.offset);
  decoder.offset += 1;
  const timestampDelta = readVarlong(decoder);
  const isBrokerTime = context.timestampType === logAppendTime && context.maxTimestamp;
  const timestamp = isBrokerTime
    ? String(bigintOf(context.maxTimestamp))
    : String(bigintOf(context.firstTimestamp) + timestampDelta);
  const offset = String(bigintOf(context.firstOffset) + BigInt(decoder.readVarInt()));
  return {
    magicByte: context.magicByte,
    attributes,
    timestamp,
    offset,
    key: readBytes(decoder),
    value: readBytes(decoder),
    headers: readHeaders(decoder),
    isControlRecord: context.isControlBatch ?? false,
    batchContext: context,
  };
}

function readHeaders(decoder: RecordDecoder): DecodedRecord['headers'] {
  const headers: Record<string, string | null | (string | null)[]> = {};
  const count = decoder.readVarInt();
  for (let index = 0; index < count; index += 1) {
    const name = readText(decoder, 2 * index) ?? 'null';
    const value = readText(decoder, 2 * index + 1);
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
    headers[name] = known === undefined ? value : [known, value].flat();
  }
  return headers;
}

function readText(decoder: RecordDecoder, place: number): string | null {
  const size = decoder.readVarInt();
  if (size === -1) return null;
  const { buffer, offset } = decoder;
  decoder.offset += size;
  const last = lastTexts[place];
  if (last?.length === size && isAsciiAt(buffer, offset, last)) return last;
  const text = buffer.toString('utf8', offset, decoder.offset);
  if (place < lastTextsMax && size <= lastTextSizeMax) lastTexts[place] = text;
  return text;
}

/** Byte by byte, which is several times cheaper than making a short text anew. */
function isAsciiAt(buffer: Buffer, offset: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const byte = buffer[offset + index];
    if (byte === undefined || byte > 0x7f || byte !== text.charCodeAt(index)) return false;
  }
  return true;
}

function readBytes(decoder: RecordDecoder): Buffer | null {
  const size = decoder.readVarInt();
  if (size === -1) return null;
  const start = decoder.offset;
  decoder.offset += size;
  return decoder.buffer.subarray(start, decoder.offset);
}

/** Almost always one to four bytes; whatever is longer is read bit by bit. */
function readVarlong(decoder: RecordDecoder): bigint {
  let value = 0n;
  let shift = 0n;
  for (;;) {
    const byte = decoder.buffer.readUInt8(decoder.offset);
    decoder.offset += 1;
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) break;
    if (shift > 63n) throw new RangeError('A timestamp in a record is longer than 64 bits.');
  }
  return (value >> 1n) ^ -(value & 1n);
}

/** kafkajs gives numbers, texts, or its own Long, which wraps a bigint. */
function bigintOf(value: unknown): bigint {
  if (typeof value === 'object' && value !== null && 'value' in value) return value.value as bigint;
  return BigInt((value ?? 0) as string | number | bigint);
}
