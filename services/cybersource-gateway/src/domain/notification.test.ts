import { describe, expect, it } from 'vitest';
import { effectOfEventType, readNotification } from './notification.ts';

const at = new Date('2026-01-15T12:00:00.000Z');
const received = { at, organizationId: 'demo_merchant' };
const data = {
  id: '7600846207716214404805',
  rootId: '7600846207716214404805',
  status: 'AUTHORIZED',
  submitTimeUtc: '2026-01-15T11:59:58Z',
  clientReferenceInformation: { code: '01PAYMENT' },
  orderInformation: { amountDetails: { totalAmount: '12.50', currency: 'EUR' } },
};

function body(overrides: object = {}) {
  return {
    webhookId: 'w1',
    transactionTraceId: 't1',
    productId: 'cardProcessing',
    organizationId: 'demo_merchant',
    eventType: 'payments.payments.accept',
    eventDate: '2026-01-15T12:00:00.000Z',
    requestType: 'NEW',
    payload: { data },
    ...overrides,
  };
}

describe('readNotification', () => {
  it('gives every delivery of one event the same id, whatever changes between attempts', () => {
    const first = readNotification(body(), 'body', received);
    const retryBody = body({
      transactionTraceId: 't2',
      requestType: 'RETRY',
      eventDate: '2026-01-15T12:05:00.000Z',
      payload: { data: Object.fromEntries(Object.entries(data).toReversed()) },
    });

    const retry = readNotification(retryBody, 'body', { ...received, at: new Date() });

    expect(retry.notificationId).toBe(first.notificationId);
  });

  it('gives another event type, transaction or payload another id', () => {
    const ids = [
      body(),
      body({ eventType: 'payments.captures.accept' }),
      body({ payload: { data: { ...data, id: '7600846207716214404806' } } }),
      body({ payload: { data: { ...data, status: 'DECLINED' } } }),
    ].map((each) => readNotification(each, 'body', received).notificationId);

    expect(new Set(ids).size).toBe(4);
  });

  it('takes no single transaction out of several', () => {
    const payload = [{ data }, { data: { ...data, id: '7600846207716214404806' } }];

    const { transaction } = readNotification(body({ payload }), 'body', received);

    expect(transaction).toMatchObject({ id: '', reference: '', amount: null });
  });

  it('reads the transaction from an object, from a list and from unnested data', () => {
    for (const payload of [{ data }, [{ data }], data]) {
      const { transaction } = readNotification(body({ payload }), 'body', received);

      expect(transaction).toMatchObject({ id: data.id, reference: '01PAYMENT' });
      expect(transaction.amount).toEqual({ minor: 1250n, currency: 'EUR' });
    }
  });

  it('trusts nothing of the envelope when only the payload was signed', () => {
    const forged = body({ eventType: 'payments.refunds.accept', organizationId: 'other' });

    const notification = readNotification(forged, 'payload', received);

    expect(notification.eventType).toBe('payments.payments.accept');
    expect(notification.organizationId).toBe('demo_merchant');
  });

  it('tells a follow-on by its own link when only the payload was signed', () => {
    const links = { self: { href: '/pts/v2/refunds/7600846207716214404877' } };
    const payload = { data: { ...data, status: 'PENDING', _links: links } };

    const notification = readNotification(body({ payload }), 'payload', received);

    expect(notification.eventType).toBe('payments.refunds.accept');
  });

  it('keeps no text in the payload that looks like a card number', () => {
    const payload = { data: { ...data, note: '4111 1111 1111 1111' } };

    const notification = readNotification(body({ payload }), 'body', received);

    expect(notification.payload).not.toContain('1111 1111 1111');
  });
});

describe('effectOfEventType', () => {
  it('knows the events of cards and no others', () => {
    expect(effectOfEventType('payments.captures.accept')).toBe('captured');
    expect(effectOfEventType('payments.refunds.reject')).toBe('ignored');
    expect(effectOfEventType('tms.token.updated')).toBeUndefined();
  });
});
