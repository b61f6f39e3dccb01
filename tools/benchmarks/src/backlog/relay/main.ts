import { systemClock } from '@sluice/clock';
import { Publisher, type WireMessage } from '@sluice/messaging';
import { OutboxRelay, outboxMigrations } from '@sluice/outbox';
import { createDataSource, runMigrations } from '@sluice/postgres';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import type { DrainResult } from '../drain-result.ts';

const databaseUrl = setting('DATABASE_URL');
const applicationName = 'benchmark-backlog';
const timeoutMs = 120_000;

/** Takes what the relay publishes, and no more than it is told to. */
class Sink extends Publisher {
  readonly done = Promise.withResolvers<void>();
  readonly atMs: number[] = [];
  readonly outOfOrder: string[] = [];
  private readonly rowsMax: number;
  private readonly lastOfKey = new Map<string, number>();
  private rows = 0;

  constructor(rowsMax: number) {
    super();
    this.rowsMax = rowsMax;
  }

  get count(): number {
    return this.rows;
  }

  override async publish(messages: readonly WireMessage[]): Promise<void> {
    if (this.rows >= this.rowsMax) throw new Error('enough was published');
    this.atMs.push(performance.now());
    for (const message of messages) this.look(message);
    this.rows += messages.length;
    if (this.rows >= this.rowsMax) this.done.resolve();
    await Promise.resolve();
  }

  override async close(): Promise<void> {
    await Promise.resolve();
  }

  private look({ key, headers }: WireMessage): void {
    const sequence = Number(headers['ce_subject']);
    const last = this.lastOfKey.get(key);
    if (last !== undefined && sequence !== last + 1) {
      this.outOfOrder.push(`${key} brought ${sequence} after ${last}`);
    }
    this.lastOfKey.set(key, sequence);
  }
}

/** Lets a relay work until so many rows are out, and takes the time of every batch. */
async function drain({ rows }: { rows: number }): Promise<DrainResult> {
  const dataSource = await createDataSource({ databaseUrl, applicationName }).initialize();
  const sink = new Sink(rows);
  const errors: string[] = [];
  const relay = new OutboxRelay({
    dataSource,
    publisher: sink,
    clock: systemClock,
    onError: (error) => errors.push(error instanceof Error ? error.message : String(error)),
  });
  const startedMs = performance.now();
  relay.start();
  const timer = setTimeout(() => sink.done.resolve(), timeoutMs);
  await sink.done.promise;
  clearTimeout(timer);
  const wasCutShort = sink.count < rows;
  const faults = [
    ...sink.outOfOrder,
    ...(wasCutShort ? [`only ${sink.count} of ${rows} rows came out in time`, ...errors] : []),
  ];
  await relay.stop();
  await dataSource.destroy();
  const firstMs = (sink.atMs[0] ?? startedMs) - startedMs;
  const batchesMs = sink.atMs.slice(1).map((atMs, before) => atMs - (sink.atMs[before] ?? atMs));
  return { firstMs, batchesMs, faults };
}

await runMigrations({ databaseUrl, applicationName, migrations: outboxMigrations });
openDoor({ drain });
