import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { Effects } from '@sluice/effects';
import type { EffectFigures } from '@sluice/effects';
import { Inbox, maintainPartitions } from '@sluice/outbox';
import { gauge } from '@sluice/telemetry';
import { DataSource } from 'typeorm';
import { HOST_OPTIONS } from './host-options.ts';
import type { HostOptions } from './host-options.ts';
import { Jobs } from './jobs.ts';

const inboxRetentionDays = 400;
const inboxSliceMax = 10_000;
const hourMs = 3_600_000;
const figuresIntervalMs = 10_000;

/** Keeps a service's shared tables in order, and tells when effects wait for people. */
@Injectable()
export class UpkeepJob {
  readonly #logger = new Logger('alert');
  #figures: EffectFigures = { byState: {}, oldestOpenAgeMs: 0 };

  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly effects: Effects,
    private readonly clock: Clock,
    @Inject(HOST_OPTIONS) { settings }: Pick<HostOptions, 'settings'>,
    jobs: Jobs,
  ) {
    // The relay keeps the days of the outbox in order; without it nobody else would.
    if (settings.outboxRelay === 'off') {
      jobs.every({
        name: 'outbox-days',
        intervalMs: hourMs,
        run: () => this.keepOutboxDays(),
      });
    }
    jobs.every({
      name: 'prune-inbox',
      intervalMs: hourMs,
      run: (signal) => this.pruneInbox(signal),
    });
    jobs.every({
      name: 'effect-figures',
      intervalMs: figuresIntervalMs,
      run: () => this.lookAtEffects(),
    });
    gauge('sluice_effects', 'Effects by state, as of the last look.', (report) => {
      for (const [state, count] of Object.entries(this.#figures.byState)) report(count, { state });
    });
    gauge(
      'sluice_effects_oldest_open_age_ms',
      'Age of the oldest effect that has not ended.',
      (report) => report(this.#figures.oldestOpenAgeMs),
    );
  }

  /** Forgets inbox marks that are older than every way an event can come again. */
  async pruneInbox(signal: AbortSignal): Promise<void> {
    let deleted = inboxSliceMax;
    while (deleted === inboxSliceMax && !signal.aborted) {
      deleted = await this.inbox.prune(this.dataSource, {
        retentionDays: inboxRetentionDays,
        limit: inboxSliceMax,
      });
    }
  }

  /** Makes and drops days of an outbox that another program publishes. */
  async keepOutboxDays(): Promise<void> {
    await maintainPartitions(this.dataSource, this.clock.now(), { isReadElsewhere: true });
  }

  /** Reads the counts, and raises an alert when more effects than before wait for people. */
  async lookAtEffects(): Promise<void> {
    const before = waitingForPeople(this.#figures);
    this.#figures = await this.effects.figures();
    const now = waitingForPeople(this.#figures);
    if (now > before)
      this.#logger.error(`${now} effects wait for people; see /ops/effects?state=MANUAL`);
  }
}

function waitingForPeople({ byState }: EffectFigures): number {
  return (byState.MANUAL ?? 0) + (byState.DUPLICATE ?? 0);
}
