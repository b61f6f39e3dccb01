/** One offset that was received and is not known to be done. */
export interface TrackedOffset {
  readonly offset: bigint;
  readonly timestampMs: bigint;
  isDone: boolean;
}

/**
 * Knows up to where a partition is done.
 *
 * Work finishes in any order, but only the low water may be committed: the offset before which everything is done.
 */
export class OffsetTracker {
  #entries: TrackedOffset[] = [];
  #head = 0;
  #next: bigint | undefined;

  /** Takes the next message of the log; undefined when its offset was taken before. */
  take(offset: bigint, timestampMs: bigint): TrackedOffset | undefined {
    if (this.#next !== undefined && offset < this.#next) return undefined;
    const entry = { offset, timestampMs, isDone: false };
    this.#entries.push(entry);
    this.#next = offset + 1n;
    return entry;
  }

  /** The offset to commit; undefined before the first message. */
  lowWater(): bigint | undefined {
    this.#advance();
    return this.#entries[this.#head]?.offset ?? this.#next;
  }

  /** The oldest message that is not done. */
  oldest(): TrackedOffset | undefined {
    this.#advance();
    return this.#entries[this.#head];
  }

  /** How many offsets lie between the low water and the newest one received. */
  span(): number {
    this.#advance();
    return this.#entries.length - this.#head;
  }

  #advance(): void {
    while (this.#entries[this.#head]?.isDone === true) this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
