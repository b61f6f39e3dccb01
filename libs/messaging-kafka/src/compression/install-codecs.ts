import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import { Logger } from '@nestjs/common';
import kafkajs from 'kafkajs';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Most bytes of one unpacked batch; brokers keep batches below 1 MB as they are sent. */
export const UNPACKED_BYTES_MAX = 67_108_864;

/** What kafkajs asks of a codec. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const log = new Logger('kafkajs');
const bound = { maxOutputLength: UNPACKED_BYTES_MAX };
const [pack, unpack] = [promisify(gzip), promisify(gunzip)];
const [packZstd, unpackZstd] = [promisify(zstdCompress), promisify(zstdDecompress)];

/**
 * Lets kafkajs read every compression that a foreign producer may use; it knows gzip only, and stops its whole group at
 * anything else. What a batch unpacks to is bounded.
 */
export function installCodecs(): void {
  const codecs: readonly [keyof typeof CompressionCodecs, Codec][] = [
    [
      CompressionTypes.GZIP,
      {
        compress: ({ buffer }) => pack(buffer),
        decompress: (bytes) => unpack(bytes, bound),
      },
    ],
    [
      CompressionTypes.ZSTD,
      {
        compress: ({ buffer }) => packZstd(buffer),
        decompress: (bytes) => unpackZstd(bytes, bound),
      },
    ],
    [CompressionTypes.Snappy, readOnly(decompressSnappy)],
    [CompressionTypes.LZ4, readOnly(decompressLz4)],
  ];
  for (const [type, codec] of codecs) CompressionCodecs[type] = () => loud(codec);
}

function readOnly(decompress: (bytes: Buffer, bytesMax: number) => Buffer): Codec {
  return {
    compress: () => Promise.reject(new Error('This compression is only read.')),
    decompress: async (bytes) => await Promise.resolve(decompress(bytes, UNPACKED_BYTES_MAX)),
  };
}

/** A batch that cannot be unpacked holds its group up, and no broker would have taken a broken one: somebody must know. */
function loud(codec: Codec): Codec {
  return {
    compress: (encoder) => codec.compress(encoder),
    async decompress(bytes) {
      try {
        return await codec.decompress(bytes);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.error({ message: 'A batch cannot be unpacked: its group stops', alert: true, reason });
        throw error;
      }
    },
  };
}
