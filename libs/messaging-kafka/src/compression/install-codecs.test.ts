import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Logger } from '@nestjs/common';
import kafkajs from 'kafkajs';
import { beforeAll, describe, expect, it } from 'vitest';
import { javaBatches } from './fixtures/java-batches.ts';
import { javaLongBatches, javaLongDigest } from './fixtures/java-long-batches.ts';
import { installCodecs, UNPACKED_BYTES_MAX } from './install-codecs.ts';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';

Logger.overrideLogger(false);

const { CompressionCodecs, CompressionTypes } = kafkajs;
const types = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const;

function unpack(name: keyof typeof types, bytes: Buffer): Promise<Buffer> {
  const codec = CompressionCodecs[types[name]]() as { decompress(b: Buffer): Promise<Buffer> };
  return codec.decompress(bytes);
}

describe('installCodecs', () => {
  beforeAll(() => installCodecs());

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'lets kafkajs read what the Java client packs with %s',
    async (name) => {
      const unpacked = await unpack(name, Buffer.from(javaBatches[name], 'base64'));

      expect(unpacked.toString('base64')).toBe(javaBatches.none);
    },
  );

  it.each(['gzip', 'lz4', 'zstd'] as const)('reads long repetitions of %s', async (name) => {
    const unpacked = await unpack(name, Buffer.from(javaLongBatches[name], 'base64'));

    expect(createHash('sha256').update(unpacked).digest('hex')).toBe(javaLongDigest);
  });

  it('refuses a batch that unpacks to more than its bound', async () => {
    const bomb = gzipSync(Buffer.alloc(UNPACKED_BYTES_MAX + 1));

    await expect(unpack('gzip', bomb)).rejects.toThrow('larger than');
  });
});

describe('decompressSnappy', () => {
  it('reads a block without the frame of the Java client', () => {
    const block = Buffer.from([11, 2 << 2, 97, 98, 99, ((8 - 4) << 2) | 1, 3]);

    expect(decompressSnappy(block, 100).toString()).toBe('abcabcabcab');
  });

  it.each([
    ['literals that are cut off', [5, 4 << 2, 97]],
    ['a copy of what is not there', [5, 0, 97, 1, 9]],
    ['more than its bound', [127, 0, 97, (63 << 2) | 2, 1, 0, (63 << 2) | 2, 1, 0]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decompressSnappy(Buffer.from(bytes), 100)).toThrow(RangeError);
  });
});

describe('decompressLz4', () => {
  it.each([
    ['what is no frame', Buffer.alloc(20)],
    ['a block that is cut off', Buffer.from(javaBatches.lz4, 'base64').subarray(0, 60)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decompressLz4(bytes, 1_000)).toThrow(RangeError);
  });

  it('refuses more than its bound', () => {
    const frame = Buffer.from(javaLongBatches.lz4, 'base64');

    expect(() => decompressLz4(frame, 10_000)).toThrow('larger than');
  });
});
