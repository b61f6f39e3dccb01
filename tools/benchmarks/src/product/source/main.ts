import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import { ServiceSettings } from '@sluice/config';
import type { EventRecord } from '@sluice/messaging';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { hostModule, runMigrate, runService } from '@sluice/service-host';
import { DataSource, type EntityManager } from 'typeorm';
import { openDoor } from '../../program-door.ts';
import { type StreamPlan, paymentEvents } from '../event-stream.ts';

const name = 'benchmark-source';
const rowsOfStatement = 500;

/** Fills the outbox in one transaction that commits when it is told to. */
@Injectable()
class Source {
  private committing = Promise.resolve();
  private commit: () => void = () => undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** Resolves when every row is written; the relay sees none of them yet. */
  async fill(plan: StreamPlan): Promise<void> {
    const filled = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    this.commit = () => told.resolve();
    this.committing = inTransaction(this.dataSource, async (tx) => {
      await this.append(tx, plan);
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

  private async append(tx: EntityManager, plan: StreamPlan): Promise<void> {
    let batch: EventRecord[] = [];
    for (const event of paymentEvents(plan)) {
      batch.push(event);
      if (batch.length < rowsOfStatement) continue;
      await this.outbox.append(tx, batch);
      batch = [];
    }
    await this.outbox.append(tx, batch);
  }
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
    imports: [hostModule({ name, settings, publishes: ['sluice.cybersource.v1.PaymentUpdated'] })],
    providers: [Source, SourceDoor],
  };
}

await runMigrate({ name, settings: ServiceSettings, migrations: [] });
await runService({ name, settings: ServiceSettings, module: sourceModule });
openDoor({
  fill: async (plan: StreamPlan) => await source?.fill(plan),
  go: async () => await source?.go(),
});
