import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConsoleSettings } from '../config.ts';
import { errors } from '../errors.ts';
import type { ChangesView } from '../views.ts';

/** Pages that may follow at the same time. */
export const followersMax = 200;

/** One open page. `end` is called once, when the console stops. */
export interface Follower {
  tell(changes: ChangesView): void;
  end(): void;
}

/**
 * Tells open pages when something new was projected.
 *
 * One look at the database per interval for all pages together, and none while nobody follows.
 */
@Injectable()
export class Changes implements OnModuleDestroy {
  readonly #followers = new Set<Follower>();
  #timer: NodeJS.Timeout | undefined;
  #last: ChangesView | undefined;
  #isEnded = false;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {}

  /**
   * Adds a page; it is told at once how the counters stand. Returns how to leave.
   * @throws TransientFailure LIVE_STREAMS_EXHAUSTED.
   */
  follow(follower: Follower): () => void {
    if (this.#isEnded || this.#followers.size >= followersMax) {
      throw errors.failure('LIVE_STREAMS_EXHAUSTED', { retryAfterMs: 10_000 });
    }
    this.#followers.add(follower);
    if (this.#last !== undefined && this.#timer !== undefined) follower.tell(this.#last);
    this.#timer ??= setTimeout(() => void this.#look(), 0);
    return () => void this.#followers.delete(follower);
  }

  onModuleDestroy(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    for (const follower of this.#followers) follower.end();
    this.#followers.clear();
  }

  async #look(): Promise<void> {
    const changes = await this.#read();
    const isNew = changes !== undefined && JSON.stringify(changes) !== JSON.stringify(this.#last);
    if (isNew) for (const follower of this.#followers) follower.tell(changes);
    this.#last = changes ?? this.#last;
    this.#timer =
      this.#isEnded || this.#followers.size === 0
        ? undefined
        : setTimeout(() => void this.#look(), this.settings.livePollMs);
  }

  async #read(): Promise<ChangesView | undefined> {
    try {
      const rows = await this.dataSource.query<{ area: string; version: string }[]>(
        'select area, version from change_counter',
      );
      const version = (area: string): number =>
        Number(rows.find((row) => row.area === area)?.version ?? 0);
      return {
        payments: version('payments'),
        deadLetters: version('dead-letters'),
        breaks: version('breaks'),
      };
    } catch {
      // The database is away: pages keep what they show, and the next look tries again.
      return undefined;
    }
  }
}
