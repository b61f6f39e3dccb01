import { crc32 } from 'node:zlib';

/** Shards of every outbox. Fixed for ever: a key must never move to another shard. */
export const shardCount = 64;

/** Their numbers. */
export const allShards: readonly number[] = Array.from({ length: shardCount }, (_, shard) => shard);

/** The shard that holds all events of a key. */
export function shardOf(key: string): number {
  return crc32(key) % shardCount;
}

/** Shards for the relay of this rank, from 0, among so many: no two relays differ by more than one. */
export function fairShare(relayCount: number, rank: number): number {
  const share = Math.floor(shardCount / relayCount);
  return rank < shardCount % relayCount ? share + 1 : share;
}

/** Shards as one number with a bit for each; all of them when none are named. */
export function maskOf(shards: readonly number[] = allShards): bigint {
  let mask = 0n;
  for (const shard of shards) mask |= 1n << BigInt(shard);
  return mask;
}
