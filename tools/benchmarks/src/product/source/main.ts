import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import { ServiceSettings } from '@sluice/config';
import type { EventRecord } from '@sluice/messaging';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { hostModule, runMigrate, runService } from '@sluice/service-host';
import { DataSource, type EntityManager } from 'typeorm';
import { openDoor } from '../../program-door.ts';
import { type StreamPlan, paymentEvents } from '../event-stream.ts';
import { type PacePlan, type PaceResult, paceCommits } from '../paced-commits.ts';

const name = 'benchmark-source';
const rowsOfStatement = 500;

/** Sends rows to a topic of the benchmark's own; an update would leave a dead row behind each. */
const divertSql = `
  create or replace function divert() returns trigger language plpgsql as $$
  begin
    new.topic := coalesce(nullif(current_setting('benchmark.topic', true), ''), new.topic);
    return new;
  end $$;
  create or replace trigger divert before insert on outbox for each row execute function divert()`;

/** Events, and the topic they go to when that is not their own. */
interface SourcePlan extends StreamPlan {
  readonly topic?: string;
}

/** Fills the outbox in one transaction that commits when it is told to, or in many at fixed times. */
@Injectable()
class Source {
  private committing = Promise.resolve();
  private commit: () => void = () => undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** Resolves when every row is written; the relay sees none of them yet. */
  async fill(plan: SourcePlan): Promise<void> {
    if (plan.topic !== undefined) await this.dataSource.query(divertSql);
    const filled = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    this.commit = () => told.resolve();
    this.committing = inTransaction(this.dataSource, async (tx) => {
      await tx.query(`select set_config('benchmark.topic', $1, true)`, [plan.topic ?? '']);
      await this.appendAll(tx, paymentEvents(plan));
      filled.resolve();
      await told.promise;
    });
    this.committing.catch((error: unknown) => filled.reject(error));
    await filled.promise;
  }

  /** Commits, which wakes the relay. */
  async go(): Promise<void> {
    this.commit();
    await this.committing;
  }

  /** Commits events as they get due. */
  async pace(plan: StreamPlan & PacePlan): Promise<PaceResult> {
    const events = paymentEvents(plan);
    return await paceCommits(plan, async (from, to) => {
      const batch = nextOf(events, to - from);
      await inTransaction(this.dataSource, (tx) => this.outbox.append(tx, batch));
    });
  }

  private async appendAll(tx: EntityManager, events: Iterator<EventRecord>): Promise<void> {
    let batch = nextOf(events, rowsOfStatement);
    while (batch.length > 0) {
      await this.outbox.append(tx, batch);
      batch = nextOf(events, rowsOfStatement);
    }
  }
}

/** The next events; fewer at the end. */
function nextOf(events: Iterator<EventRecord>, count: number): EventRecord[] {
  const found: EventRecord[] = [];
  while (found.length < count) {
    const { value, done } = events.next();
    if (done === true) break;
    found.push(value);
  }
  return found;
}

@Module({})
class SourceModule {}

let source: Source | undefined;

/** Hands the source to the door once the application stands. */
@Injectable()
class SourceDoor {
  constructor(made: Source) {
    source = made;
  }
}

function sourceModule(settings: Readonly<ServiceSettings>): DynamicModule {
  return {
    module: SourceModule,
    imports: [
      hostModule({
        name,
        settings,
        publishes: ['sluice.cybersource.v1.PaymentUpdated', 'sluice.payments.v1.PaymentCaptured'],
      }),
    ],
    providers: [Source, SourceDoor],
  };
}

await runMigrate({ name, settings: ServiceSettings, migrations: [] });
await runService({ name, settings: ServiceSettings, module: sourceModule });
openDoor({
  fill: async (plan: SourcePlan) => await source?.fill(plan),
  go: async () => await source?.go(),
  pace: async (plan: StreamPlan & PacePlan) => await source?.pace(plan),
});
