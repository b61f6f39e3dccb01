/** Bytes that are unpacked, never more than a bound: a few bytes of input may ask for gigabytes. */
export class BoundedOutput {
  readonly #bytesMax: number;
  #buffer: Buffer;
  #length = 0;

  constructor(expectedBytes: number, bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#buffer = Buffer.allocUnsafe(Math.min(Math.max(expectedBytes, 1_024), bytesMax));
  }

  append(bytes: Buffer): void {
    this.#makeRoom(bytes.length);
    bytes.copy(this.#buffer, this.#length);
    this.#length += bytes.length;
  }

  /** Copies from what is there already; the copy may run into itself, which repeats a pattern. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw new RangeError('A copy begins nowhere.');
    this.#makeRoom(length);
    const from = this.#length - distance;
    if (distance >= length) {
      this.#buffer.copy(this.#buffer, this.#length, from, from + length);
    } else {
      for (let index = 0; index < length; index += 1) {
        this.#buffer[this.#length + index] = this.#buffer[from + index] ?? 0;
      }
    }
    this.#length += length;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed > this.#bytesMax) {
      throw new RangeError(`Unpacked it would be larger than ${this.#bytesMax} bytes.`);
    }
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.min(Math.max(needed, needed * 2), this.#bytesMax));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
