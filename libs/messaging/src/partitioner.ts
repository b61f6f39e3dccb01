/**
 * Kafka's own partition of a key: murmur2 of its UTF-8 bytes, as the Java client computes it.
 *
 * Producers in any language then agree on the partition of a key. An empty key goes to partition 0.
 */
export function partitionOf(key: string, partitionCount: number): number {
  if (key === '') return 0;
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitionCount;
}

const multiplier = 0x5bd1e995;
const seed = 0x9747b28c;

/** Kafka's murmur2 of the bytes, as a signed 32-bit number. */
export function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  let hash = seed ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  const rest = length % 4;
  if (rest > 2) hash ^= (bytes[whole + 2] ?? 0) << 16;
  if (rest > 1) hash ^= (bytes[whole + 1] ?? 0) << 8;
  if (rest > 0) hash = Math.imul(hash ^ (bytes[whole] ?? 0), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
