import { BoundedOutput } from './bounded-output.ts';

/** How the Java client frames its blocks: this, two numbers of version, then blocks with their length before them. */
const javaMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const javaHeaderBytes = 16;

/** Reads Snappy as Kafka's clients write it, framed or not. @throws RangeError when it is broken or over the bound. */
export function decompressSnappy(bytes: Buffer, bytesMax: number): Buffer {
  const output = new BoundedOutput(bytes.length * 3, bytesMax);
  if (!bytes.subarray(0, javaMagic.length).equals(javaMagic)) {
    readBlock(bytes, output);
    return output.bytes();
  }
  for (let at = javaHeaderBytes; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError('A Snappy block ends too early.');
    readBlock(bytes.subarray(at + 4, end), output);
    at = end;
  }
  return output.bytes();
}

function readBlock(block: Buffer, output: BoundedOutput): void {
  let at = 0;
  // The length of the whole, in bytes of seven bits; the output grows by itself.
  while (block.readUInt8(at++) >= 0x80);
  while (at < block.length) {
    const tag = block.readUInt8(at++);
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      const extraBytes = Math.max(length - 59, 0);
      if (extraBytes > 0) length = block.readUIntLE(at, extraBytes);
      at += extraBytes;
      if (at + length + 1 > block.length) throw new RangeError('Snappy literals end too early.');
      output.append(block.subarray(at, at + length + 1));
      at += length + 1;
    } else if (kind === 1) {
      output.repeat(((tag >> 5) << 8) | block.readUInt8(at), ((tag >> 2) & 7) + 4);
      at += 1;
    } else {
      const distanceBytes = kind === 2 ? 2 : 4;
      output.repeat(block.readUIntLE(at, distanceBytes), (tag >> 2) + 1);
      at += distanceBytes;
    }
  }
}
