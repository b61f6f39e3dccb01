import { crc32 } from 'node:zlib';

/** Shards of every outbox. Fixed for ever: a key must never move to another shard. */
export const shardCount = 64;

/** The shard that holds all events of a key. */
export function shardOf(key: string): number {
  return crc32(key) % shardCount;
}
