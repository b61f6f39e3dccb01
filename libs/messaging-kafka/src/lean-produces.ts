import { crc32c } from '@node-rs/crc32';
import type { EncodedRequest } from './encoded-request.ts';

/** What kafkajs' producer hands over for the messages of one broker. */
export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  readonly producerId?: unknown;
  readonly compression?: number | undefined;
  readonly topicData: readonly ProducedTopic[];
}

interface ProducedTopic {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly messages: readonly ProducedMessage[];
  }[];
}

interface ProducedMessage {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly timestamp?: unknown;
}

interface MeasuredRecord {
  readonly message: ProducedMessage;
  /** Number of headers, and each name and value behind its length; each character is a byte. */
  readonly headers: string;
  readonly offsetDelta: number;
  readonly bodySize: number;
}

interface MeasuredPartition {
  readonly partition: number;
  readonly records: readonly MeasuredRecord[];
  readonly batchSize: number;
}

interface MeasuredTopic {
  readonly topic: string;
  readonly partitions: readonly MeasuredPartition[];
}

/** Attributes and the difference to the first timestamp, both 0: all records of a request get one time. */
const recordHeadSize = 2;
const batchHeadSize = 61;
/** What comes before the bytes that the checksum is made of. */
const beforeChecked = 21;
const sizedNames = new Map<string, string>();
const sizedNamesMax = 256;

/**
 * Writes a produce request (version 7 of the Kafka protocol, record batches v2) into one buffer of its exact size.
 *
 * kafkajs makes and clears a buffer of 512 bytes for every header, copies each record eight times into others that
 * double and are cleared, and computes the checksum byte by byte. Undefined for what our lanes never send: then kafkajs
 * does it.
 */
export function encodeProduce(request: ProduceRequest, nowMs: number): EncodedRequest | undefined {
  if (!isPlain(request)) return undefined;
  const topics = request.topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, messages }) => measure(partition, messages)),
  }));
  const buf = Buffer.allocUnsafe(sizeOfRequest(topics));
  let at = buf.writeInt16BE(-1, 0);
  at = buf.writeInt16BE(request.acks, at);
  at = buf.writeInt32BE(request.timeout, at);
  at = buf.writeInt32BE(topics.length, at);
  for (const { topic, partitions } of topics) {
    at = buf.writeInt16BE(Buffer.byteLength(topic), at);
    at += buf.write(topic, at);
    at = buf.writeInt32BE(partitions.length, at);
    for (const measured of partitions) at = writePartition(buf, { at, measured, nowMs });
  }
  return { buf, buffer: buf, size: () => buf.length };
}

/** Neither transactions, idempotence, compression nor times of their own; header values are texts. */
function isPlain({ transactionalId, producerId, compression, topicData }: ProduceRequest): boolean {
  const isOfLane =
    (transactionalId ?? null) === null && (producerId ?? -1) === -1 && (compression ?? 0) === 0;
  return (
    isOfLane &&
    topicData.every(({ partitions }) =>
      partitions.every(({ messages }) => messages.length > 0 && messages.every(isPlainMessage)),
    )
  );
}

function isPlainMessage({ timestamp, headers }: ProducedMessage): boolean {
  if ((timestamp ?? null) !== null) return false;
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return true;
}

function measure(partition: number, messages: readonly ProducedMessage[]): MeasuredPartition {
  let batchSize = batchHeadSize;
  const records = messages.map((message, offsetDelta) => {
    const headers = headersAsText((message.headers ?? {}) as Readonly<Record<string, string>>);
    const bodySize =
      recordHeadSize +
      sizeOfVarint(offsetDelta) +
      sizeOfBytes(message.key ?? null) +
      sizeOfBytes(message.value) +
      headers.length;
    batchSize += sizeOfVarint(bodySize) + bodySize;
    return { message, headers, offsetDelta, bodySize };
  });
  return { partition, records, batchSize };
}

function sizeOfRequest(topics: readonly MeasuredTopic[]): number {
  let size = 12;
  for (const { topic, partitions } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { batchSize } of partitions) size += 8 + batchSize;
  }
  return size;
}

function writePartition(
  buf: Buffer,
  given: { readonly at: number; readonly measured: MeasuredPartition; readonly nowMs: number },
): number {
  const { partition, records, batchSize } = given.measured;
  const start = buf.writeInt32BE(batchSize, buf.writeInt32BE(partition, given.at));
  let at = writeBatchHead(buf, start, { count: records.length, batchSize, nowMs: given.nowMs });
  for (const record of records) at = writeRecord(buf, at, record);
  buf.writeUInt32BE(crc32c(buf.subarray(start + beforeChecked, at)), start + beforeChecked - 4);
  return at;
}

/** Everything of a batch but its records and its checksum. */
function writeBatchHead(
  buf: Buffer,
  start: number,
  batch: { readonly count: number; readonly batchSize: number; readonly nowMs: number },
): number {
  const nowMs = BigInt(batch.nowMs);
  let at = buf.writeBigInt64BE(0n, start);
  at = buf.writeInt32BE(batch.batchSize - 12, at);
  at = buf.writeInt32BE(0, at);
  at = buf.writeInt8(2, at) + 4;
  at = buf.writeInt16BE(0, at);
  at = buf.writeInt32BE(batch.count - 1, at);
  at = buf.writeBigInt64BE(nowMs, at);
  at = buf.writeBigInt64BE(nowMs, at);
  at = buf.writeBigInt64BE(-1n, at);
  at = buf.writeInt16BE(0, at);
  at = buf.writeInt32BE(0, at);
  return buf.writeInt32BE(batch.count, at);
}

function writeRecord(buf: Buffer, start: number, record: MeasuredRecord): number {
  let at = writeVarint(buf, start, record.bodySize);
  buf[at] = 0;
  buf[at + 1] = 0;
  at = writeVarint(buf, at + recordHeadSize, record.offsetDelta);
  at = writeBytes(buf, at, record.message.key ?? null);
  at = writeBytes(buf, at, record.message.value);
  return at + buf.write(record.headers, at, 'latin1');
}

/** Writing one long text costs much less than writing thirty short ones. */
function headersAsText(headers: Readonly<Record<string, string>>): string {
  const names = Object.keys(headers);
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
