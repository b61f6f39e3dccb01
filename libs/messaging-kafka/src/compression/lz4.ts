import { BoundedOutput } from './bounded-output.ts';

const magic = 0x184d2204;
const blockChecksum = 0x10;
const contentSize = 0x08;
const dictionaryId = 0x01;
const uncompressedBlock = 0x8000_0000;

/** Reads an LZ4 frame as Kafka's clients write it. @throws RangeError when it is broken or over the bound. */
export function decompressLz4(frame: Buffer, bytesMax: number): Buffer {
  if (frame.readUInt32LE(0) !== magic) throw new RangeError('This is no LZ4 frame.');
  const flags = frame.readUInt8(4);
  let at = 7 + ((flags & contentSize) === 0 ? 0 : 8) + ((flags & dictionaryId) === 0 ? 0 : 4);
  const output = new BoundedOutput(frame.length * 3, bytesMax);
  for (;;) {
    const header = frame.readUInt32LE(at);
    at += 4;
    if (header === 0) return output.bytes();
    const end = at + (header & ~uncompressedBlock);
    if (end > frame.length) throw new RangeError('An LZ4 block ends too early.');
    const block = frame.subarray(at, end);
    if (header >= uncompressedBlock) output.append(block);
    else readBlock(block, output);
    at = end + ((flags & blockChecksum) === 0 ? 0 : 4);
  }
}

function readBlock(block: Buffer, output: BoundedOutput): void {
  let at = 0;
  /** A length of 15 goes on in bytes of 255. */
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (let more = 255; more === 255; length += more) more = block.readUInt8(at++);
    return length;
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = lengthFrom(token >> 4);
    if (at + literals > block.length) throw new RangeError('LZ4 literals end too early.');
    output.append(block.subarray(at, at + literals));
    at += literals;
    // The last sequence of a block has literals only.
    if (at >= block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    output.repeat(distance, lengthFrom(token & 15) + 4);
  }
}
