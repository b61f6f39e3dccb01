/** What kafkajs hands over for one record of a batch. */
export interface RecordToEncode {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** The part of kafkajs' encoder that its batches use of a finished record. */
export interface EncodedRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
  size(): number;
}

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
const sizedNames = new Map<string, string>();
const sizedNamesMax = 256;

/**
 * Writes a record of the Kafka protocol (record batch v2) into one buffer of its exact size.
 *
 * kafkajs makes and clears a buffer of 512 bytes for every header and copies each of them twice; with our envelope
 * that was a third of the CPU time of a relay. Undefined for what our lanes never send: then kafkajs does it.
 */
export function encodeRecord(record: RecordToEncode): EncodedRecord | undefined {
  const { offsetDelta = 0, timestampDelta = 0, key = null, value, headers = {} } = record;
  const isSmall = timestampDelta >= 0 && timestampDelta < 2 ** 30 && offsetDelta < 2 ** 30;
  const names = Object.keys(headers);
  if (!isSmall || names.some((name) => typeof headers[name] !== 'string')) return undefined;
  const headerText = headersAsText(names, headers as Readonly<Record<string, string>>);
  let bodySize = 1 + sizeOfVarint(timestampDelta) + sizeOfVarint(offsetDelta);
  bodySize += sizeOfBytes(key) + sizeOfBytes(value) + headerText.length;
  const buf = Buffer.allocUnsafe(sizeOfVarint(bodySize) + bodySize);
  let at = writeVarint(buf, 0, bodySize);
  buf[at] = 0;
  at = writeVarint(buf, at + 1, timestampDelta);
  at = writeVarint(buf, at, offsetDelta);
  at = writeBytes(buf, at, key);
  at = writeBytes(buf, at, value);
  buf.write(headerText, at, 'latin1');
  return { buf, buffer: buf, size: () => buf.length };
}

/**
 * Number of headers, and each name and value behind its length, as one text of which each character is a byte.
 *
 * Writing one long text costs much less than writing thirty short ones.
 */
function headersAsText(
  names: readonly string[],
  headers: Readonly<Record<string, string>>,
): string {
  let text = textOfVarint(names.length);
  for (const name of names) text += sizedName(name) + sizedText(headers[name] ?? '');
  return text;
}

/** The names of headers are few, and come again with every record. */
function sizedName(name: string): string {
  const known = sizedNames.get(name);
  if (known !== undefined) return known;
  const sized = sizedText(name);
  if (sizedNames.size < sizedNamesMax) sizedNames.set(name, sized);
  return sized;
}

function sizedText(text: string): string {
  const bytes = isPrintable(text) ? text : Buffer.from(text).toString('latin1');
  return textOfVarint(bytes.length) + bytes;
}

/** Printable ASCII, of which every character is one byte. */
function isPrintable(text: string): boolean {
  return !/[^ -~]/.test(text);
}

/**
 * Reads a record whose length kafkajs has read already.
 *
 * kafkajs copies the whole object of headers once for each header, and makes a buffer of each value that is then
 * turned into a text.
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
    const name = readText(decoder) ?? 'null';
    const value = readText(decoder);
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
    headers[name] = known === undefined ? value : [known, value].flat();
  }
  return headers;
}

function readText(decoder: RecordDecoder): string | null {
  const size = decoder.readVarInt();
  if (size === -1) return null;
  const start = decoder.offset;
  decoder.offset += size;
  return decoder.buffer.toString('utf8', start, decoder.offset);
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

function sizeOfBytes(value: Buffer | string | null): number {
  if (value === null) return sizeOfVarint(-1);
  const size = Buffer.byteLength(value);
  return sizeOfVarint(size) + size;
}

function writeBytes(buffer: Buffer, at: number, value: Buffer | string | null): number {
  if (value === null) return writeVarint(buffer, at, -1);
  const start = writeVarint(buffer, at, Buffer.byteLength(value));
  return (
    start + (typeof value === 'string' ? buffer.write(value, start) : value.copy(buffer, start))
  );
}

function sizeOfVarint(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    size += 1;
  }
  return size;
}

function textOfVarint(value: number): string {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let text = '';
  while (rest > 0x7f) {
    text += String.fromCharCode((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return text + String.fromCharCode(rest);
}

function writeVarint(buffer: Buffer, start: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = start;
  while (rest > 0x7f) {
    buffer[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    at += 1;
  }
  buffer[at] = rest;
  return at + 1;
}
