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
  /** Items that may wait; more are refused, so that a slow database fills no memory. @default 4_096 */
  readonly waitingMax?: number;
}

/**
 * Writes what is waiting in one go, as soon as a writer is free.
 *
 * An item that arrives at an idle writer is written at once, alone. A batch that fails is written
 * again item by item, so that one bad item fails alone; when the database is down all fail.
 */
export class GroupCommit<T> {
  private readonly waiting: Waiting<T>[] = [];
  private readonly batchMax: number;
  private readonly waitingMax: number;
  private readonly writersMax: number;
  private writers = 0;

  constructor(
    private readonly write: (items: readonly T[]) => Promise<void>,
    options: GroupCommitOptions = {},
  ) {
    this.batchMax = options.batchMax ?? 256;
    this.waitingMax = options.waitingMax ?? 4_096;
    this.writersMax = options.writersMax ?? 2;
  }

  /** Resolves when the item is committed. @throws TransientFailure OVERLOADED when too many wait. */
  async add(item: T): Promise<void> {
    if (this.waiting.length >= this.waitingMax) {
      throw errors.failure('OVERLOADED');
    }
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      void this.drain();
    });
  }

  private async drain(): Promise<void> {
    if (this.writers >= this.writersMax) return;
    this.writers += 1;
    while (this.waiting.length > 0) await this.writeBatch(this.waiting.splice(0, this.batchMax));
    this.writers -= 1;
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
