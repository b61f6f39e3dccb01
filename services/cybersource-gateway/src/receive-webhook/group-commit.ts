import { DependencyDown } from '@sluice/failure';
import { errors } from '../errors.ts';

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds of a group commit. */
export interface GroupCommitOptions {
  /** Items of one write. @default 256 @minimum 1 */
  readonly batchMax?: number;
  /** Writes at a time, so that the next batch is read while the last one is written. @default 2 @minimum 1 */
  readonly writersMax?: number;
  /** Items that must wait before a further writer begins beside a busy one. @default 64 @minimum 1 */
  readonly furtherWriterMin?: number;
  /** Items that may wait; more are refused, so that a slow database fills no memory. @default 4_096 */
  readonly waitingMax?: number;
}

/**
 * Writes what is waiting in one go, as soon as a writer is free.
 *
 * Items that arrive together are written together, because a write of one costs as much as one of
 * many: a write begins when a turn of the event loop brings no further item, and a further writer
 * begins only when it has many to write. A batch that fails is written again item by item, so that
 * one bad item fails alone; when the database is down all fail.
 */
export class GroupCommit<T> {
  private readonly waiting: Waiting<T>[] = [];
  private readonly batchMax: number;
  private readonly waitingMax: number;
  private readonly writersMax: number;
  private readonly furtherWriterMin: number;
  private writers = 0;
  private isGathering = false;

  constructor(
    private readonly write: (items: readonly T[]) => Promise<void>,
    options: GroupCommitOptions = {},
  ) {
    this.batchMax = options.batchMax ?? 256;
    this.waitingMax = options.waitingMax ?? 4_096;
    this.writersMax = options.writersMax ?? 2;
    this.furtherWriterMin = options.furtherWriterMin ?? 64;
  }

  /** Resolves when the item is committed. @throws TransientFailure OVERLOADED when too many wait. */
  async add(item: T): Promise<void> {
    if (this.waiting.length >= this.waitingMax) {
      throw errors.failure('OVERLOADED');
    }
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.gather();
    });
  }

  private gather(): void {
    if (this.isGathering || !this.mayBegin()) return;
    this.isGathering = true;
    this.settle(this.waiting.length);
  }

  /** Begins after the first turn of the event loop that brought nothing new. */
  private settle(seen: number): void {
    setImmediate(() => {
      const count = this.waiting.length;
      if (count > seen && count < this.batchMax) return this.settle(count);
      this.isGathering = false;
      if (this.mayBegin()) void this.writeNext();
    });
  }

  private mayBegin(): boolean {
    if (this.writers === 0) return this.waiting.length > 0;
    return this.writers < this.writersMax && this.waiting.length >= this.furtherWriterMin;
  }

  private async writeNext(): Promise<void> {
    this.writers += 1;
    const batch = this.waiting.splice(0, this.batchMax);
    this.gather();
    await this.writeBatch(batch);
    this.writers -= 1;
    this.gather();
  }

  private async writeBatch(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.write(batch.map((waiting) => waiting.item));
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      if (batch.length === 1 || error instanceof DependencyDown) {
        for (const waiting of batch) waiting.reject(error);
        return;
      }
      for (const waiting of batch) await this.writeBatch([waiting]);
    }
  }
}
