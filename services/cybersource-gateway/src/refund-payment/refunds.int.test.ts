import { randomUUID } from 'node:crypto';
import { deriveId, newId } from '@sluice/clock';
import { Effects } from '@sluice/effects';
import { localCodec } from '@sluice/contracts/testing';
import { toWire, type Delivery, type EventRecord } from '@sluice/messaging';
import { until } from '@sluice/messaging/testing';
import { OutboxRelay } from '@sluice/outbox';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  deliver,
  notificationBody,
  notificationData,
  paymentBody,
  publishedStates,
} from '../testing/requests.ts';
import { startTestApp, type Answer, type TestApp } from '../testing/test-app.ts';
import { PerformCommandConsumer } from './perform-command.consumer.ts';

type Command = Delivery<'sluice.cybersource.v1.CommandRequested'>;

interface Wanted {
  readonly refundId?: string;
  readonly paymentId: string;
  readonly minor?: string;
  readonly currency?: string;
}

function commandFor(wanted: Wanted, overrides: { readonly function?: string } = {}): Command {
  const { refundId = newId(), paymentId, minor = '500', currency = 'EUR' } = wanted;
  const commandId = deriveId('command', newId());
  const requestedAt = BigInt(Date.now()) * 1000n;
  const args = { refundId, paymentId, amount: { minor, currency }, reason: 'broken' };
  const event: EventRecord<'sluice.cybersource.v1.CommandRequested'> = {
    id: commandId,
    type: 'sluice.cybersource.v1.CommandRequested',
    source: 'workflow-engine',
    tenant: 'demo',
    key: 'order-1',
    time: requestedAt,
    data: {
      commandId,
      effectKey: `run-${commandId}/refund/0`,
      function: 'cybersource.refundPayment:1.0.0',
      arguments: JSON.stringify(args),
      runId: `run-${commandId}`,
      task: 'refund',
      businessKey: 'order-1',
      requestedAt,
      ...overrides,
    },
  };
  const message = {
    topic: 'cybersource.commands.v1',
    key: 'order-1',
    value: null,
    headers: {},
    partition: 0,
    offset: 0n,
    timestampMs: 0n,
  };
  return { event, message, attempt: 1 };
}

describe('cybersource.refundPayment', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
  });

  afterAll(async () => {
    await testApp.close();
  });

  async function paidPayment(overrides = {}): Promise<string> {
    const { body } = await testApp.send('POST', '/v1/payments', { body: paymentBody(overrides) });
    return String(body['paymentId']);
  }

  async function perform(command: Command): Promise<void> {
    await testApp.app.get(PerformCommandConsumer).handle([command]);
  }

  async function outcomesOf(command: Command): Promise<readonly Record<string, unknown>[]> {
    const events = await testApp.events();
    return events
      .filter(({ type }) => type === 'sluice.cybersource.v1.CommandCompleted')
      .map(({ data }) => data as unknown as Record<string, unknown>)
      .filter(({ commandId }) => commandId === command.event.data.commandId);
  }

  function refundsSent(refundId: string): number {
    return testApp.gateway.transactions.filter(({ reference }) => reference === refundId).length;
  }

  async function counterOf(paymentId: string): Promise<unknown> {
    const [row] = await testApp.rows(
      `select refunded_minor from capture where payment_id = '${paymentId}'`,
    );
    return row?.['refunded_minor'];
  }

  it('gives a part back, moves the payment, and answers the command', async () => {
    const paymentId = await paidPayment();
    const command = commandFor({ refundId: 'part', paymentId });

    await perform(command);

    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured', '2 refunded']);
    const [outcome] = await outcomesOf(command);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', errorType: null, attempts: 1n });
    expect(JSON.parse(String(outcome?.['output']))).toEqual({
      refundId: 'part',
      transactionId: expect.stringMatching(/^\d{22}$/),
      amount: { minor: '500', currency: 'EUR' },
      refundedTotal: { minor: '500', currency: 'EUR' },
      isFullyRefunded: false,
    });
    const refunded = (await testApp.events()).at(-2);
    expect(refunded?.data).toMatchObject({
      refundId: 'part',
      refundedTotal: '5.00',
      amount: '5.00',
    });
  });

  it('refunds once when the same command comes again', async () => {
    const paymentId = await paidPayment();
    const command = commandFor({ refundId: 'twice', paymentId });

    await perform(command);
    await perform({ ...command, attempt: 2 });

    expect(refundsSent('twice')).toBe(1);
    expect(await outcomesOf(command)).toHaveLength(1);
  });

  it('refunds once when two commands name the same refund, and answers both', async () => {
    const paymentId = await paidPayment();
    const first = commandFor({ refundId: 'shared', paymentId });
    const second = commandFor({ refundId: 'shared', paymentId });

    await Promise.all([perform(first), perform(second)]);

    expect(refundsSent('shared')).toBe(1);
    for (const command of [first, second]) {
      const outcomes = await outcomesOf(command);
      expect(outcomes.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    }
  });

  it('refuses the second of two refunds that together exceed the capture, and says why', async () => {
    const paymentId = await paidPayment();
    const commands = ['800', '800'].map((minor) => commandFor({ paymentId, minor }));

    await Promise.all(commands.map(perform));

    const outcomes = (await Promise.all(commands.map(outcomesOf))).flat();
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(
      new Set(['REJECTED', 'SUCCEEDED']),
    );
    const refused = outcomes.find(({ status }) => status === 'REJECTED');
    expect(refused).toMatchObject({
      errorType: 'urn:sluice:error:refund-exceeds-captured',
      errorDetail:
        'A refund of 8.00 EUR exceeds what is left to refund: 4.50 EUR of the captured 12.50 EUR.',
    });
    expect(await counterOf(paymentId)).toBe('800');
  });

  it.each([
    ['an unknown payment', {}, { paymentId: 'nobody' }, 'payment-not-found'],
    ['a declined payment', { amount: '2000.00' }, {}, 'refund-refused'],
    ['another currency', {}, { currency: 'USD' }, 'refund-refused'],
  ])('refuses %s', async (_what, payment, wanted, name) => {
    const paymentId = await paidPayment(payment);
    const command = commandFor({ paymentId, ...wanted });

    await perform(command);

    const [outcome] = await outcomesOf(command);
    expect(outcome).toMatchObject({ status: 'REJECTED', errorType: `urn:sluice:error:${name}` });
  });

  it('releases the amount when Cybersource refuses, so that it can be refunded otherwise', async () => {
    const paymentId = await paidPayment();
    await testApp.rows(
      `update capture set transaction_id = 'gone' where payment_id = '${paymentId}'`,
    );
    const command = commandFor({ paymentId });

    await perform(command);

    const [outcome] = await outcomesOf(command);
    expect(outcome).toMatchObject({ errorType: 'urn:sluice:error:refund-refused' });
    expect(await counterOf(paymentId)).toBe('0');
  });

  it('keeps the amount reserved while the outcome is unknown, and finds out by look-up', async () => {
    const paymentId = await paidPayment();
    const command = commandFor({ refundId: 'lost', paymentId, minor: '1250' });
    testApp.gateway.faults.push('lost-after');

    await perform(command);
    const whileOpen = await outcomesOf(command);
    const reserved = await counterOf(paymentId);
    await testApp.app.get(Effects).resolveDue();

    expect([whileOpen, reserved]).toEqual([[], '1250']);
    expect(refundsSent('lost')).toBe(1);
    const [outcome] = await outcomesOf(command);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.parse(String(outcome?.['output']))).toMatchObject({ isFullyRefunded: true });
  });

  it('tells the refusal that a look-up finds, and releases the amount', async () => {
    const paymentId = await paidPayment();
    const command = commandFor({ refundId: 'no', paymentId });
    testApp.gateway.faults.push('lost-after');
    await perform(command);
    testApp.gateway.tells = (transaction) => ({
      ...transaction,
      status: 'DECLINED',
      reasonCodes: ['PROCESSOR_DECLINED'],
    });

    await testApp.app.get(Effects).resolveDue();
    testApp.gateway.tells = undefined;

    expect(await outcomesOf(command)).toMatchObject([
      { status: 'REJECTED', errorDetail: expect.stringContaining('PROCESSOR_DECLINED') },
    ]);
    expect([refundsSent('no'), await counterOf(paymentId)]).toEqual([1, '0']);
  });

  it('leaves a refund to people that Cybersource tells with another amount', async () => {
    const paymentId = await paidPayment();
    const command = commandFor({ refundId: 'other', paymentId });
    testApp.gateway.tells = (transaction) => ({
      ...transaction,
      amount: { minor: 501n, currency: 'EUR' },
    });

    await perform(command);
    await testApp.app.get(Effects).resolveDue();
    testApp.gateway.tells = undefined;

    const key = command.event.data.effectKey;
    const [effect] = await testApp.rows(`select state from effect where key = '${key}'`);
    expect(effect).toEqual({ state: 'MANUAL' });
    expect(await outcomesOf(command)).toEqual([]);
    expect(await counterOf(paymentId)).toBe('500');
  });

  it('refunds one of two payments that are asked at once under one refund id', async () => {
    const payments = [await paidPayment(), await paidPayment()];
    const commands = payments.map((paymentId) => commandFor({ refundId: 'torn', paymentId }));

    const ends = await Promise.allSettled(commands.map(perform));
    const lost = commands.filter((_command, index) => ends[index]?.status === 'rejected');
    for (const command of lost) await perform(command);

    expect(refundsSent('torn')).toBe(1);
    const outcomes = (await Promise.all(commands.map(outcomesOf))).flat();
    const statuses = outcomes.map(({ status }) => String(status));
    expect(statuses.toSorted((a, b) => a.localeCompare(b))).toEqual(['REJECTED', 'SUCCEEDED']);
  });

  it('publishes one change when the notification comes before the lost reply is found', async () => {
    const paymentId = await paidPayment();
    const command = commandFor({ refundId: 'told', paymentId });
    testApp.gateway.faults.push('lost-after');
    await perform(command);
    const sent = testApp.gateway.transactions.find(({ reference }) => reference === 'told');
    const data = notificationData('told', String(sent?.id), {
      rootId: sent?.rootId,
      status: 'PENDING',
      refundAmountDetails: { refundAmount: '5.00', currency: 'EUR' },
    });

    await deliver(testApp, notificationBody('payments.refunds.accept', data));
    await testApp.app.get(Effects).resolveDue();

    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured', '2 refunded']);
    expect(await outcomesOf(command)).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  it('parks a command with a function or arguments it does not have', async () => {
    const unknown = commandFor({ paymentId: 'p' }, { function: 'cybersource.dance:1.0.0' });
    const broken = commandFor({ paymentId: 'p', minor: '1.5' });

    await expect(perform(unknown)).rejects.toMatchObject({ code: 'COMMAND_UNKNOWN_FUNCTION' });
    await expect(perform(broken)).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });
});

describe('PerformCommandConsumer', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
    await testApp.app.startAllMicroservices();
    testApp.app.get(OutboxRelay).start();
  });

  afterAll(async () => {
    await testApp.app.get(OutboxRelay).stop();
    await testApp.close();
  });

  it('takes a command from its topic and puts the outcome on the other', async () => {
    const { body } = await testApp.send('POST', '/v1/payments', { body: paymentBody() });
    const { event } = commandFor({ paymentId: String(body['paymentId']) });

    await testApp.broker.publish([toWire(event, await localCodec())]);

    const outcomes = () => testApp.broker.messagesOf('cybersource.outcomes.v1');
    await until(() => outcomes().length === 1, { what: 'the outcome', timeoutMs: 10_000 });
    expect(outcomes()[0]).toMatchObject({
      key: 'order-1',
      headers: { ce_causationid: event.id, ce_correlationid: 'order-1' },
    });
    expect(testApp.broker.messagesOf('cybersource.notifications.v1')).toHaveLength(2);
  });
});

describe('POST /v1/refunds', () => {
  let testApp: TestApp;
  let paymentId: string;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
    const { body } = await testApp.send('POST', '/v1/payments', { body: paymentBody() });
    paymentId = String(body['paymentId']);
  });

  afterAll(async () => {
    await testApp.close();
  });

  async function ask(overrides = {}, idempotencyKey: string = randomUUID()): Promise<Answer> {
    const body = { paymentId, amount: '5.00', currency: 'EUR', reason: 'broken', ...overrides };
    return await testApp.send('POST', '/v1/refunds', { body, idempotencyKey });
  }

  it('publishes once what was asked, and gives the same key the same refund', async () => {
    const idempotencyKey = randomUUID();

    const first = await ask({}, idempotencyKey);
    const second = await ask({}, idempotencyKey);

    expect(first).toMatchObject({ status: 202, body: { status: 'requested' } });
    expect(second).toEqual(first);
    const asked = (await testApp.events()).filter(
      ({ type }) => type === 'sluice.cybersource.v1.RefundAsked',
    );
    expect(asked.map(({ data }) => data)).toMatchObject([
      { refundId: first.body['refundId'], amount: '5.00', reason: 'broken', shopId: 'demo-shop' },
    ]);
  });

  it.each([
    [{ amount: '12.51' }, 409, 'REFUND_EXCEEDS_CAPTURED'],
    [{ paymentId: 'nobody' }, 404, 'PAYMENT_NOT_FOUND'],
    [{ currency: 'USD' }, 409, 'REFUND_REFUSED'],
    [{ amount: '0' }, 422, 'AMOUNT_NOT_POSITIVE'],
    [{ amount: '1.001' }, 422, 'MONEY_TOO_MANY_DECIMALS'],
  ])('refuses %j early with %d %s', async (overrides, status, code) => {
    const answer = await ask(overrides);

    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('refuses the same key with another body, and frees a key whose request was refused', async () => {
    const idempotencyKey = randomUUID();
    await ask({ amount: '99.00' }, idempotencyKey);

    const corrected = await ask({ amount: '1.00' }, idempotencyKey);
    const other = await ask({ amount: '2.00' }, idempotencyKey);

    expect(corrected.status).toBe(202);
    expect([other.status, other.body['code']]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
  });
});
