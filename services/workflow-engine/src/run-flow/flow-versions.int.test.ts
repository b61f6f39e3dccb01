import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@sluice/clock/testing';
import { localCodec, orderPlaced, paymentFacts } from '@sluice/contracts/testing';
import { toWire } from '@sluice/messaging';
import { until, type InMemoryBroker } from '@sluice/messaging/testing';
import type { FreshDatabase } from '@sluice/postgres/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { brokerWithTopics, engineDatabase, EngineProcess } from './testing/engine-process.ts';
import { recordOf } from './testing/test-gateway.ts';
import { TimeOutRunsJob } from './time-out-runs.job.ts';

const dayMs = 86_400_000;
let database: FreshDatabase;
let codec: Awaited<ReturnType<typeof localCodec>>;
let broker: InMemoryBroker;
let flowsDir: string;
let clock: FakeClock;
let engine: EngineProcess | undefined;

/** A flow that waits for a payment and then says which version it is. */
function flowText(version: string, outcome: string): string {
  return `document:
  dsl: '1.0.3'
  namespace: test
  name: waiting
  version: '${version}'
  metadata: {sluice: {businessKey: '\${ input.orderId }', runKey: '\${ input.orderId }'}}
evaluate: {language: cel}
schedule: {on: {one: {with: {type: sluice.orders.v1.OrderPlaced}}}}
do:
  - wait:
      try:
        - paid:
            listen: {to: {one: {with: {type: sluice.payments.v1.PaymentCaptured}}}}
            timeout: {after: {days: 1}}
      catch:
        errors: {with: {status: 408}}
        do:
          - impossible: {set: {value: '\${ workflow.nothing.here }'}}
  - finish: {set: {outcome: ${outcome}}}
`;
}

async function start(): Promise<EngineProcess> {
  const { databaseUrl } = database;
  const environment = { FLOWS_DIR: flowsDir };
  return await EngineProcess.start({ databaseUrl, broker, clock, environment });
}

async function place(orderId: string): Promise<void> {
  const envelope = { key: orderId, id: `placed-${orderId}` };
  const event = recordOf('sluice.orders.v1.OrderPlaced', orderPlaced({ orderId }), envelope);
  await broker.publish([toWire(event, codec)]);
  await untilRun(orderId, (run) => run.phase === 'waiting');
}

async function capture(orderId: string): Promise<void> {
  const envelope = { key: `p-${orderId}`, id: `captured-${orderId}` };
  const data = paymentFacts({ orderId, paymentId: `p-${orderId}` });
  const event = recordOf('sluice.payments.v1.PaymentCaptured', data, envelope);
  await broker.publish([toWire(event, codec)]);
}

interface Row {
  readonly phase: string;
  readonly version: string;
  readonly outcome: string | null;
}

async function runOf(orderId: string): Promise<Row | undefined> {
  const rows: Row[] = await database.dataSource.query(
    'select phase, version, outcome from flow_run where business_key = $1',
    [orderId],
  );
  return rows[0];
}

async function untilRun(orderId: string, holds: (run: Row) => boolean): Promise<void> {
  const condition = async (): Promise<boolean> => {
    const run = await runOf(orderId);
    return run !== undefined && holds(run);
  };
  await until(condition, { what: `the run of ${orderId}`, timeoutMs: 20_000 });
}

beforeAll(async () => {
  codec = await localCodec();
});

beforeEach(async () => {
  database = await engineDatabase(inject('databaseUrl'));
  broker = brokerWithTopics();
  clock = new FakeClock('2026-01-15T12:00:00.000Z');
  flowsDir = mkdtempSync(join(tmpdir(), 'sluice-flows-'));
  writeFileSync(join(flowsDir, 'waiting.yaml'), flowText('1.0.0', 'first'));
});

afterEach(async () => {
  await engine?.stop();
  engine = undefined;
  rmSync(flowsDir, { recursive: true });
  await database.close();
});

describe('a flow version', () => {
  it('stays with the runs that were started with it, and a new one is for new runs', async () => {
    engine = await start();
    await place('old');
    await engine.stop();
    writeFileSync(join(flowsDir, 'waiting.yaml'), flowText('2.0.0', 'second'));
    engine = await start();
    await place('new');

    await capture('old');
    await capture('new');

    await untilRun('old', ({ phase }) => phase === 'completed');
    await untilRun('new', ({ phase }) => phase === 'completed');
    expect(await runOf('old')).toMatchObject({ version: '1.0.0', outcome: 'first' });
    expect(await runOf('new')).toMatchObject({ version: '2.0.0', outcome: 'second' });
  });

  it('of a newer replica is understood by an older one', async () => {
    engine = await start();
    const newer = mkdtempSync(join(tmpdir(), 'sluice-flows-'));
    cpSync(flowsDir, newer, { recursive: true });
    writeFileSync(join(newer, 'waiting.yaml'), flowText('2.0.0', 'second'));
    const elsewhere = brokerWithTopics();
    const { databaseUrl } = database;
    const environment = { FLOWS_DIR: newer };
    const other = await EngineProcess.start({ databaseUrl, broker: elsewhere, clock, environment });
    const placed = recordOf('sluice.orders.v1.OrderPlaced', orderPlaced({ orderId: 'x' }), {
      key: 'x',
      id: 'placed-x',
    });
    await elsewhere.publish([toWire(placed, codec)]);
    await untilRun('x', ({ version }) => version === '2.0.0');
    await other.stop();
    rmSync(newer, { recursive: true });

    await capture('x');

    await untilRun('x', ({ phase }) => phase === 'completed');
    expect(await runOf('x')).toMatchObject({ version: '2.0.0', outcome: 'second' });
  });

  it('cannot change without another number: the start is refused and says so', async () => {
    engine = await start();
    await engine.stop();
    engine = undefined;
    const file = join(flowsDir, 'waiting.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('first', 'changed'));

    await expect(start()).rejects.toThrow('Flow waiting was changed but is still version 1.0.0');
  });
});

describe('TimeOutRunsJob', () => {
  it('sets a run aside that cannot go on, and tries it again later', async () => {
    engine = await start();
    await place('stuck');
    clock.advance(dayMs);
    const job = engine.get(TimeOutRunsJob);

    await job.timeOutDue();

    expect(await runOf('stuck')).toMatchObject({ phase: 'waiting' });
    const due = await dueAt('stuck');
    expect(due.getTime()).toBe(clock.now().getTime() + 300_000);
    await capture('stuck');
    await untilRun('stuck', ({ outcome }) => outcome === 'first');
  });

  it('forgets events that no run ever listened for', async () => {
    engine = await start();
    await capture('never-placed');
    await until(async () => (await pendingCount()) === 1, { what: 'the event to be kept' });
    await database.dataSource.query(
      `update pending_event set received_at = timestamptz '2026-01-15T12:00:00Z'`,
    );
    const job = engine.get(TimeOutRunsJob);

    clock.advance(35 * dayMs);
    await job.expirePending();
    expect(await pendingCount()).toBe(1);
    clock.advance(1);
    await job.expirePending();

    expect(await pendingCount()).toBe(0);
  });
});

async function dueAt(orderId: string): Promise<Date> {
  const rows: { due_at: Date }[] = await database.dataSource.query(
    'select due_at from flow_wait join flow_run using (tenant, run_id) where business_key = $1',
    [orderId],
  );
  return rows[0]!.due_at;
}

async function pendingCount(): Promise<number> {
  const rows: { count: number }[] = await database.dataSource.query(
    'select count(*)::int as count from pending_event',
  );
  return rows[0]?.count ?? 0;
}
