import { counterValue } from '@sluice/service-host/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  deliver,
  notificationBody,
  notificationData,
  paymentBody,
  publishedStates,
} from '../testing/requests.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

let sequence = 0;

function newTransactionId(): string {
  sequence += 1;
  return `7600846207716${String(sequence).padStart(9, '0')}`;
}

describe('POST /webhooks/cybersource', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
  });

  afterAll(async () => {
    await testApp.close();
  });

  /** A payment whose reply was lost before anything happened: all that is known is its intent. */
  async function openPayment(overrides = {}): Promise<string> {
    testApp.gateway.faults.push('lost-before');
    const { body } = await testApp.send('POST', '/v1/payments', { body: paymentBody(overrides) });
    expect(body['status']).toBe('unknown');
    return String(body['paymentId']);
  }

  async function paidPayment(): Promise<{ paymentId: string; transactionId: string }> {
    const { body } = await testApp.send('POST', '/v1/payments', { body: paymentBody() });
    return { paymentId: String(body['paymentId']), transactionId: String(body['transactionId']) };
  }

  /** Refused signatures with this reason at this door, and all of them. */
  async function refused(reason: string): Promise<[number, number]> {
    const name = 'sluice_signatures_refused';
    const here = await counterValue(testApp.app, name, { door: 'webhook', reason });
    return [here, await counterValue(testApp.app, name)];
  }

  async function unmapped(): Promise<readonly unknown[]> {
    const events = await testApp.events();
    return events
      .filter(({ type }) => type === 'sluice.cybersource.v1.NotificationReceived')
      .map(({ data }) => data);
  }

  it('moves the payment when the notification comes before the reply', async () => {
    const paymentId = await openPayment();
    const data = notificationData(paymentId, newTransactionId());

    const { status } = await deliver(testApp, notificationBody('payments.payments.accept', data));

    expect(status).toBe(200);
    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured']);
    const { body } = await testApp.send('GET', `/v1/payments/${paymentId}`);
    expect(body['status']).toBe('captured');
  });

  it('publishes one change when notifications and the reply come at the same moment', async () => {
    const notified: Promise<unknown>[] = [];
    testApp.gateway.beforeAnswer = async ({ id, reference }) => {
      const data = notificationData(reference, id);
      for (const type of ['payments.captures.accept', 'payments.payments.accept']) {
        notified.push(deliver(testApp, notificationBody(type, data)));
      }
      await Promise.resolve();
    };

    const payments = await Promise.all(Array.from({ length: 8 }, () => paidPayment()));
    await Promise.all(notified);

    testApp.gateway.beforeAnswer = undefined;
    for (const { paymentId } of payments) {
      expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured']);
    }
    expect(await unmapped()).toEqual([]);
  });

  it('changes nothing when the notification comes after the reply', async () => {
    const { paymentId, transactionId } = await paidPayment();
    const data = notificationData(paymentId, transactionId);

    await deliver(testApp, notificationBody('payments.payments.accept', data));
    await deliver(testApp, notificationBody('payments.captures.accept', data));

    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured']);
    expect(await unmapped()).toEqual([]);
  });

  it('gives one sequence for five deliveries of each in reverse order, all at once', async () => {
    const paymentId = await openPayment({ capture: false });
    const transactionId = newTransactionId();
    const captureData = { id: newTransactionId(), rootId: transactionId, status: 'PENDING' };
    const notifications = [
      ['payments.captures.accept', notificationData(paymentId, transactionId, captureData)],
      ['payments.payments.accept', notificationData(paymentId, transactionId)],
    ] as const;
    const repeated = notifications.flatMap((each) => Array.from({ length: 5 }, () => each));

    const answers = await Promise.all(
      repeated.map(([type, data]) => deliver(testApp, notificationBody(type, data))),
    );

    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await publishedStates(testApp, paymentId)).toEqual(['1 authorized', '2 captured']);
    const stored = await testApp.rows(
      `select 1 from notification where payment_id = '${paymentId}'`,
    );
    expect(stored).toHaveLength(2);
  });

  it('holds a payment once, however many products tell of it', async () => {
    const paymentId = await openPayment();
    const data = notificationData(paymentId, newTransactionId(), {
      status: 'AUTHORIZED_PENDING_REVIEW',
    });

    await deliver(testApp, notificationBody('risk.profile.decision.review', data));
    await deliver(testApp, notificationBody('payments.payments.review', data));

    expect(await publishedStates(testApp, paymentId)).toEqual(['1 in_review']);
  });

  it('finds a payment by the root of its chain', async () => {
    const { paymentId, transactionId } = await paidPayment();
    const data = notificationData('another reference', newTransactionId(), {
      rootId: transactionId,
      status: 'VOIDED',
    });

    await deliver(testApp, notificationBody('payments.voids.accept', data));

    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured', '2 voided']);
  });

  it('takes a refund that was made in the Business Center, once', async () => {
    const { paymentId, transactionId } = await paidPayment();
    const data = notificationData('by hand', newTransactionId(), {
      rootId: transactionId,
      status: 'PENDING',
      refundAmountDetails: { refundAmount: '5.00', currency: 'EUR' },
    });
    const body = notificationBody('payments.refunds.accept', data);

    await Promise.all([deliver(testApp, body), deliver(testApp, body)]);

    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured', '2 refunded']);
    const [capture] = await testApp.rows(
      `select refunded_minor from capture where payment_id = '${paymentId}'`,
    );
    expect(capture?.['refunded_minor']).toBe('500');
  });

  it('publishes as unmapped what it does not understand, once, and never loses it', async () => {
    const { paymentId, transactionId } = await paidPayment();
    const tooMuch = {
      orderInformation: { amountDetails: { totalAmount: '99.00', currency: 'EUR' } },
    };
    const bodies = [
      notificationBody('tms.token.updated', { id: newTransactionId(), status: 'X' }),
      notificationBody('payments.payments.accept', notificationData('nobody', newTransactionId())),
      notificationBody(
        'payments.captures.accept',
        notificationData(paymentId, transactionId, tooMuch),
      ),
    ];
    const before = (await unmapped()).length;

    for (const body of [...bodies, ...bodies]) {
      expect((await deliver(testApp, body)).status).toBe(200);
    }

    const published = (await unmapped()).slice(before);
    expect(published).toMatchObject(bodies.map(({ eventType }) => ({ eventType })));
  });

  it('joins what a notification tells to the trace that the payment was asked in', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const paymentId = await openPayment();
    await testApp.rows(
      `update payment set traceparent = '${traceparent}' where payment_id = '${paymentId}'`,
    );
    const data = notificationData(paymentId, newTransactionId());

    await deliver(testApp, notificationBody('payments.payments.accept', data));

    const events = await testApp.events();
    const event = events.find(({ key }) => key === paymentId);
    expect(event?.traceparent?.split('-')[1]).toBe(traceparent.split('-')[1]);
  });

  it.each([
    ['a forged one', { over: 'another body' }, 'SIGNATURE_FORGED'],
    ['a stale one', { at: Date.now() - 301_000 }, 'SIGNATURE_STALE'],
    ['one by an unknown key', { keyId: 'k2' }, 'SIGNATURE_UNKNOWN_KEY'],
  ])('refuses %s with 401, counts it, and stores nothing', async (_what, signed, code) => {
    const before = await testApp.rows('select 1 from notification');
    const [counted, countedInAll] = await refused(code);
    const data = notificationData('nobody', newTransactionId());

    const { status, body } = await deliver(
      testApp,
      notificationBody('payments.payments.accept', data),
      signed,
    );

    expect([status, body['code']]).toEqual([401, code]);
    expect(await refused(code)).toEqual([counted + 1, countedInAll + 1]);
    expect(await testApp.rows('select 1 from notification')).toHaveLength(before.length);
  });

  it('refuses a card number with 422, stores nothing, and keeps only a keyed hash', async () => {
    const before = await testApp.rows('select 1 from notification');
    const data = { ...notificationData('nobody', newTransactionId()), note: '4111 1111 1111 1111' };

    const { status, body } = await deliver(
      testApp,
      notificationBody('payments.payments.accept', data),
    );

    expect([status, body['code']]).toEqual([422, 'CARD_NUMBER_REFUSED']);
    expect(await testApp.rows('select 1 from notification')).toHaveLength(before.length);
    const [audit] = await testApp.rows('select * from card_number_refusal');
    expect(audit).toMatchObject({
      door: '/webhooks/cybersource',
      sender: '',
      path: 'payload.data.note',
      keyed_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('lets Cybersource ids pass that look like card numbers', async () => {
    const processorInformation = { retrievalReferenceNumber: '501800000009' };
    const data = notificationData('nobody', newTransactionId(), { processorInformation });

    const { status } = await deliver(testApp, notificationBody('payments.payments.accept', data));

    expect(status).toBe(200);
  });

  it('answers 413 above 256 KiB and 400 to what is no notification', async () => {
    const large = await deliver(testApp, `{"payload":"${'x'.repeat(262_144)}"}`);
    const notJson = await deliver(testApp, 'not json');
    const noPayload = await deliver(testApp, { eventType: 'payments.payments.accept' });

    expect([large.status, notJson.status, noPayload.status]).toEqual([413, 400, 400]);
  });

  it('answers the health check without a signature', async () => {
    const reply = await testApp.app.inject({ method: 'GET', url: '/webhooks/cybersource' });

    expect(reply.statusCode).toBe(200);
  });
});

describe('POST /webhooks/cybersource, where signatures over the payload are accepted', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    const settings = { cybersourceWebhookPayloadSignatures: true };
    testApp = await startTestApp(inject('databaseUrl'), settings);
  });

  afterAll(async () => {
    await testApp.close();
  });

  it('trusts the payload and not the envelope around it', async () => {
    const answer = await testApp.send('POST', '/v1/payments', {
      body: paymentBody({ capture: false }),
    });
    const { paymentId, transactionId } = answer.body;
    const data = notificationData(String(paymentId), String(transactionId));
    const forgedEnvelope = notificationBody('payments.captures.accept', data);

    const { status } = await deliver(testApp, forgedEnvelope, {
      over: JSON.stringify({ data }),
    });

    expect(status).toBe(200);
    expect(await publishedStates(testApp, paymentId)).toEqual(['1 authorized']);
  });
});
