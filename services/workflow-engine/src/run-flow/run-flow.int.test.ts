import { FakeClock } from '@sluice/clock/testing';
import type { EventMap, EventType } from '@sluice/contracts';
import { localCodec, orderPlaced, paymentFacts } from '@sluice/contracts/testing';
import { ParkingStore, toWire } from '@sluice/messaging';
import { until, type InMemoryBroker } from '@sluice/messaging/testing';
import type { FreshDatabase } from '@sluice/postgres/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ReadRunsController } from '../read-runs/read-runs.controller.ts';
import { brokerWithTopics, engineDatabase, EngineProcess } from './testing/engine-process.ts';
import { recordOf, TestGateway } from './testing/test-gateway.ts';
import { TimeOutRunsJob } from './time-out-runs.job.ts';

const hourMs = 3_600_000;
const paidPath = [
  'zoho.books.upsertContact',
  'zoho.crm.upsertContact',
  'zoho.inventory.upsertItems',
  'zoho.inventory.createSalesOrder',
  'zoho.books.createInvoice',
  'zoho.books.recordPayment',
  'commerce.setOrderStatus',
];

let database: FreshDatabase;
let codec: Awaited<ReturnType<typeof localCodec>>;
let broker: InMemoryBroker;
let gateway: TestGateway;
let clock: FakeClock;
let engine: EngineProcess;
let orderNumber = 0;
let orderId: string;

beforeAll(async () => {
  database = await engineDatabase(inject('databaseUrl'));
  codec = await localCodec();
});

afterAll(async () => {
  await database.close();
});

beforeEach(async () => {
  orderNumber += 1;
  orderId = `order-${orderNumber}`;
  broker = brokerWithTopics();
  gateway = new TestGateway(broker);
  clock = new FakeClock('2026-01-15T12:00:00.000Z');
  engine = await EngineProcess.start({ databaseUrl: database.databaseUrl, broker, clock });
});

afterEach(async () => {
  await engine.stop();
  await gateway.stop();
});

async function publish<T extends EventType>(
  type: T,
  data: EventMap[T],
  envelope: { readonly key: string; readonly id?: string },
): Promise<void> {
  const id = envelope.id ?? `${type}-${envelope.key}`;
  await broker.publish([toWire(recordOf(type, data, { key: envelope.key, id }), codec)]);
}

const place = (id?: string): Promise<void> =>
  publish('sluice.orders.v1.OrderPlaced', orderPlaced({ orderId }), {
    key: orderId,
    ...(id === undefined ? {} : { id }),
  });

const capture = (paymentId = `payment-of-${orderId}`): Promise<void> =>
  publish('sluice.payments.v1.PaymentCaptured', paymentFacts({ orderId, paymentId }), {
    key: paymentId,
  });

interface View {
  readonly runId: string;
  readonly flow: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly waitsFor: { readonly kind: string } | null;
}

async function runs(): Promise<readonly View[]> {
  const answer = await engine.get(ReadRunsController).list({ businessKey: orderId });
  return answer.runs as unknown as readonly View[];
}

async function untilOutcome(outcome: string): Promise<void> {
  await until(async () => (await runs()).some((run) => run.outcome === outcome), {
    what: `the outcome ${outcome}`,
    timeoutMs: 20_000,
  });
}

async function untilListening(): Promise<void> {
  await until(async () => (await runs()).some((run) => run.waitsFor?.kind === 'listen'), {
    what: 'a run that listens',
  });
}

describe('RunFlow', () => {
  it('takes an order from its placing to paid, one command after the other', async () => {
    await gateway.start();
    await place();
    await capture();

    await untilOutcome('paid');

    expect(gateway.functionsOf(orderId)).toEqual(paidPath);
    const [run] = await runs();
    const view = await engine.get(ReadRunsController).one(run!.runId);
    const journal = view['journal'] as { task: string; sequence: number }[];
    expect(journal.map(({ task }) => task)).toEqual([
      'remember',
      'awaitPayment.captured',
      'isInFull',
      'contact',
      'crmContact',
      'items',
      'salesOrder',
      'invoice',
      'payment.bookPayment',
      'tellShop',
      'finish',
    ]);
    expect(journal.map(({ sequence }) => sequence)).toEqual(
      journal.map((_step, index) => index + 1),
    );
  });

  it('takes a payment that arrives before its order', async () => {
    await gateway.start();
    await capture();
    await until(async () => (await pendingCount()) === 1, { what: 'the event to be kept' });
    await place();

    await untilOutcome('paid');

    expect(gateway.functionsOf(orderId)).toEqual(paidPath);
    expect(await pendingCount()).toBe(0);
  });

  it('asks for nothing twice when every event and every outcome is repeated', async () => {
    gateway.repeats = 3;
    await gateway.start();
    await place();
    await place();
    await place('the-same-order-under-another-id');
    await capture();
    await capture();

    await untilOutcome('paid');

    expect(gateway.functionsOf(orderId)).toEqual(paidPath);
    expect(await runs()).toHaveLength(1);
  });

  it('goes on after a crash where the last commit left it', async () => {
    await place();
    await capture();
    await until(async () => (await runs()).some((run) => run.waitsFor?.kind === 'call'), {
      what: 'the first command',
    });
    await engine.stop();

    await gateway.start();
    engine = await EngineProcess.start({ databaseUrl: database.databaseUrl, broker, clock });
    await untilOutcome('paid');

    expect(gateway.functionsOf(orderId)).toEqual(paidPath);
  });

  it('works with a second process on the same database and broker', async () => {
    await gateway.start();
    const other = await EngineProcess.start({ databaseUrl: database.databaseUrl, broker, clock });
    const orders = Array.from({ length: 20 }, (_, index) => `many-${index}`);
    for (const id of orders) {
      orderId = id;
      await Promise.all([capture(), place()]);
    }

    for (const id of orders) {
      orderId = id;
      await untilOutcome('paid');
      expect(gateway.functionsOf(id)).toEqual(paidPath);
    }
    await other.stop();
  });

  it('ends an order as unpaid once its time is over', async () => {
    await gateway.start();
    await place();
    await untilListening();

    clock.advance(48 * hourMs - 1);
    await engine.get(TimeOutRunsJob).timeOutDue();
    expect((await runs())[0]?.phase).toBe('waiting');
    clock.advance(1);
    await engine.get(TimeOutRunsJob).timeOutDue();

    await untilOutcome('unpaid');
    expect(gateway.functionsOf(orderId)).toEqual(['commerce.setOrderStatus']);
  });

  it('parks an outcome of a run that does not exist, and the key waits', async () => {
    const outcome: EventMap['sluice.zoho.v1.CommandCompleted'] = {
      commandId: 'none',
      effectKey: 'none',
      function: 'zoho.books.upsertContact:1.0.0',
      status: 'SUCCEEDED',
      output: '{}',
      errorType: null,
      errorDetail: '',
      runId: 'nobody',
      task: 'contact',
      businessKey: orderId,
      attempts: 1n,
      completedAt: 1n,
    };

    await publish('sluice.zoho.v1.CommandCompleted', outcome, { key: orderId });

    const parking = engine.get(ParkingStore);
    await until(
      async () => (await parking.parkedKeys('workflow-engine.run-flow')).includes(orderId),
      {
        what: 'the key to be parked',
      },
    );
    const letters = (): string => {
      const sent = broker.messagesOf('zoho.outcomes.v1.workflow-engine.run-flow.dlt');
      return JSON.stringify(sent.map(({ headers }) => headers));
    };
    await until(() => letters().includes('RUN_UNKNOWN'), { what: 'the dead letter' });
  });

  it('lists every kept flow with the runs that wait in it', async () => {
    await place();
    await untilListening();

    const { flows } = await engine.get(ReadRunsController).flows();

    const flow = flows.find(({ flow: name }) => name === 'order-to-cash');
    expect(flow).toMatchObject({ version: '1.1.0', runsWaiting: expect.any(Number) });
    expect(flow?.['document']).toContain('name: order-to-cash');
  });
});

async function pendingCount(): Promise<number> {
  const rows: { count: number }[] = await database.dataSource.query(
    'select count(*)::int as count from pending_event where business_key = $1',
    [orderId],
  );
  return rows[0]?.count ?? 0;
}
