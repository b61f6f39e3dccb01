const bucketMs = 5_000;
const bucketsKept = 12;

/** How many messages were done per second of the last minute. */
export class Throughput {
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  readonly #buckets: { readonly at: number; count: number }[] = [];

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
  }

  add(count: number): void {
    const at = Math.floor(this.#nowMs() / bucketMs);
    const newest = this.#buckets.at(-1);
    if (newest?.at === at) newest.count += count;
    else this.#buckets.push({ at, count });
    if (this.#buckets.length > bucketsKept) this.#buckets.shift();
  }

  perSecond(): number {
    const nowMs = this.#nowMs();
    const oldest = Math.floor(nowMs / bucketMs) - bucketsKept + 1;
    const counted = this.#buckets.filter(({ at }) => at >= oldest);
    const sinceMs = Math.max(oldest * bucketMs, this.#startedMs);
    const seconds = Math.max((nowMs - sinceMs) / 1000, 1);
    return counted.reduce((sum, { count }) => sum + count, 0) / seconds;
  }
}
