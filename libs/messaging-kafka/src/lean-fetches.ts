import type { EncodedRequest } from './encoded-request.ts';

/** What kafkajs' consumer asks of a broker: which partitions, from which offset, and how long to wait. */
export interface FetchRequest {
  readonly replicaId: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
  readonly topics: readonly FetchedTopic[];
  readonly forgottenTopics?: readonly unknown[];
  readonly rackId?: string | undefined;
}

interface FetchedTopic {
  readonly topic: string;
  readonly partitions: readonly FetchedPartition[];
}

interface FetchedPartition {
  readonly partition: number;
  readonly currentLeaderEpoch?: number;
  readonly fetchOffset: string;
  readonly logStartOffset?: number;
  readonly maxBytes: number;
}

/** The part of kafkajs' decoder that its messages are read with. */
export interface FetchDecoder {
  readonly buffer: Buffer;
  offset: number;
}

/** What a broker says of one partition that has messages, an error or another replica to read from. */
export interface FetchedMessages {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly preferredReadReplica: number;
  readonly messages: readonly unknown[];
}

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** An answer as kafkajs' consumer expects it. */
export interface FetchAnswer {
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedMessages[];
  }[];
}

/** Reads the messages of one partition and leaves the decoder behind them. */
export type DecodeMessages = (decoder: FetchDecoder) => Promise<readonly unknown[]>;

const headSize = 29;
const partitionSize = 28;

/**
 * Writes a fetch (Fetch request, version 11, of the Kafka protocol) into one buffer of its exact size.
 *
 * kafkajs makes and clears a buffer of 512 bytes for each partition; a consumer of many partitions in which nothing
 * happens spent most of its time with that and with collecting them. Undefined for what our consumers never ask for:
 * then kafkajs does it.
 */
export function encodeFetch(request: FetchRequest): EncodedRequest | undefined {
  const { topics, forgottenTopics = [], rackId = '' } = request;
  if (forgottenTopics.length > 0) return undefined;
  const size = topics.reduce(
    (sum, { topic, partitions }) => sum + sizeOfText(topic) + 4 + partitions.length * partitionSize,
    headSize + 4 + sizeOfText(rackId),
  );
  const buf = Buffer.allocUnsafe(size);
  let at = writeHead(buf, request);
  for (const { topic, partitions } of topics) {
    at = buf.writeInt32BE(partitions.length, writeText(buf, at, topic));
    for (const partition of partitions) at = writePartition(buf, at, partition);
  }
  writeText(buf, buf.writeInt32BE(0, at), rackId);
  return { buf, buffer: buf, size: () => size };
}

function writeHead(buf: Buffer, request: FetchRequest): number {
  let at = buf.writeInt32BE(request.replicaId, 0);
  at = buf.writeInt32BE(request.maxWaitTime, at);
  at = buf.writeInt32BE(request.minBytes, at);
  at = buf.writeInt32BE(request.maxBytes, at);
  at = buf.writeInt8(request.isolationLevel, at);
  at = buf.writeInt32BE(request.sessionId ?? 0, at);
  at = buf.writeInt32BE(request.sessionEpoch ?? -1, at);
  return buf.writeInt32BE(request.topics.length, at);
}

function writePartition(buf: Buffer, start: number, wanted: FetchedPartition): number {
  let at = buf.writeInt32BE(wanted.partition, start);
  at = buf.writeInt32BE(wanted.currentLeaderEpoch ?? -1, at);
  at = buf.writeBigInt64BE(BigInt(wanted.fetchOffset), at);
  at = buf.writeBigInt64BE(BigInt(wanted.logStartOffset ?? -1), at);
  return buf.writeInt32BE(wanted.maxBytes, at);
}

function sizeOfText(text: string): number {
  return 2 + Buffer.byteLength(text);
}

function writeText(buf: Buffer, at: number, text: string): number {
  const start = buf.writeInt16BE(Buffer.byteLength(text), at);
  return start + buf.write(text, start);
}

/**
 * Reads the answer to a fetch (Fetch response, version 11, of the Kafka protocol), without the partitions of which it
 * says nothing: no message, no error, no other replica.
 *
 * An answer names every partition that was asked for, and kafkajs makes a batch of each and sends it through its
 * workers to find nothing in it.
 */
export async function decodeFetch(
  decoder: FetchDecoder,
  decodeMessages: DecodeMessages,
): Promise<FetchAnswer> {
  const clientSideThrottleTime = readInt32(decoder);
  const errorCode = readInt16(decoder);
  const sessionId = readInt32(decoder);
  const responses: FetchAnswer['responses'][number][] = [];
  const topics = readInt32(decoder);
  for (let topic = 0; topic < topics; topic += 1) {
    const topicName = readText(decoder);
    const partitions = await decodePartitions(decoder, decodeMessages);
    if (partitions.length > 0) responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function decodePartitions(
  decoder: FetchDecoder,
  decodeMessages: DecodeMessages,
): Promise<FetchedMessages[]> {
  const telling: FetchedMessages[] = [];
  const count = readInt32(decoder);
  for (let index = 0; index < count; index += 1) {
    if (skipSilent(decoder)) continue;
    telling.push({
      partition: readInt32(decoder),
      errorCode: readInt16(decoder),
      highWatermark: readInt64(decoder),
      lastStableOffset: readInt64(decoder),
      lastStartOffset: readInt64(decoder),
      abortedTransactions: readAborted(decoder),
      preferredReadReplica: readInt32(decoder),
      messages: await decodeMessages(decoder),
    });
  }
  return telling;
}

/** Behind a partition without error, aborted transaction, other replica and messages; else where it was. */
function skipSilent(decoder: FetchDecoder): boolean {
  const { buffer, offset } = decoder;
  const isSilent =
    buffer.readInt16BE(offset + 4) === 0 &&
    buffer.readInt32BE(offset + 30) <= 0 &&
    buffer.readInt32BE(offset + 34) === -1 &&
    buffer.readInt32BE(offset + 38) <= 0;
  if (isSilent) decoder.offset = offset + 42;
  return isSilent;
}

function readAborted(decoder: FetchDecoder): AbortedTransaction[] {
  const count = Math.max(0, readInt32(decoder));
  return Array.from({ length: count }, () => ({
    producerId: readInt64(decoder),
    firstOffset: readInt64(decoder),
  }));
}

function readInt16(decoder: FetchDecoder): number {
  const value = decoder.buffer.readInt16BE(decoder.offset);
  decoder.offset += 2;
  return value;
}

function readInt32(decoder: FetchDecoder): number {
  const value = decoder.buffer.readInt32BE(decoder.offset);
  decoder.offset += 4;
  return value;
}

function readInt64(decoder: FetchDecoder): string {
  const value = decoder.buffer.readBigInt64BE(decoder.offset);
  decoder.offset += 8;
  return String(value);
}

function readText(decoder: FetchDecoder): string {
  const size = readInt16(decoder);
  const start = decoder.offset;
  decoder.offset += size;
  return decoder.buffer.toString('utf8', start, decoder.offset);
}
