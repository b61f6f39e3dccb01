import { join } from 'node:path';
import type { NotificationReceived, PaymentUpdated } from '@sluice/contracts';
import { paymentUpdated } from '@sluice/contracts/testing';
import type { EventRecord } from '@sluice/messaging';
import { describe, expect, it } from 'vitest';
import { loadCanonicalMappings } from '../mappings/load.ts';
import { mapEvent } from './map-event.ts';

const mappings = loadCanonicalMappings(join(import.meta.dirname, '../../mappings'));

function updated(overrides: Partial<PaymentUpdated> = {}): EventRecord {
  return {
    id: 'event-1',
    type: 'sluice.cybersource.v1.PaymentUpdated',
    source: 'cybersource-gateway',
    tenant: 'demo',
    key: 'payment-1',
    time: 1_768_478_400_000_000n,
    version: 3n,
    correlationId: 'order-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data: paymentUpdated(overrides),
  };
}

function notification(): EventRecord {
  const data: NotificationReceived = {
    notificationId: 'n-1',
    organizationId: 'demo',
    productId: 'tms',
    eventType: 'tms.networktoken.updated',
    payload: '{}',
    receivedAt: 1n,
  };
  return { ...updated(), type: 'sluice.cybersource.v1.NotificationReceived', data };
}

describe('mapEvent', () => {
  it('passes envelope and lineage on', () => {
    const [captured] = mapEvent(updated(), mappings);

    expect(captured).toMatchObject({
      type: 'sluice.payments.v1.PaymentCaptured',
      source: 'canonical-mapper',
      tenant: 'demo',
      key: 'payment-1',
      time: 1_768_478_400_000_000n,
      version: 3n,
      causationId: 'event-1',
      correlationId: 'order-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      data: {
        status: 'paid',
        lineage: {
          sourceEventId: 'event-1',
          sourceType: 'sluice.cybersource.v1.PaymentUpdated',
          mapping: 'payment-updated',
          mappingVersion: 1n,
        },
      },
    });
  });

  it('gives the same event the same id and content every time', () => {
    const first = mapEvent(updated(), mappings);
    const second = mapEvent(updated(), mappings);

    expect(second).toEqual(first);
    expect(first[0]?.id).not.toBe('event-1');
  });

  it('takes the order as correlation where the source has none', () => {
    const { correlationId: _none, ...source } = updated();

    expect(mapEvent(source, mappings)[0]?.correlationId).toBe('order-1');
  });

  it.each([
    ['authorized', 'sluice.payments.v1.PaymentAuthorized'],
    ['captured', 'sluice.payments.v1.PaymentCaptured'],
    ['declined', 'sluice.payments.v1.PaymentDeclined'],
    ['in_review', 'sluice.payments.v1.PaymentReviewRequested'],
    ['voided', 'sluice.payments.v1.PaymentVoided'],
    ['refunded', 'sluice.payments.v1.PaymentRefunded'],
  ])('maps the state %s to %s', (state, type) => {
    const refund = { refundId: 'r-1', refundedTotal: '12.50' };

    const events = mapEvent(updated({ state, ...refund }), mappings);

    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type });
  });

  it('refuses an event type without a mapping, naming it', () => {
    expect(() => mapEvent(notification(), mappings)).toThrow(
      expect.objectContaining({
        code: 'MAPPING_UNMAPPED',
        message: expect.stringContaining('tms.networktoken.updated'),
      }),
    );
  });

  it.each([
    [{ amount: '12.505' }, 'MONEY_TOO_MANY_DECIMALS', 'amount'],
    [{ currency: 'XXQ' }, 'MONEY_UNKNOWN_CURRENCY', 'amount'],
    [{ merchantId: '' }, 'MAPPING_REQUIRED_FIELD', 'merchantId'],
    [{ state: 'dreaming' }, 'MAPPING_UNMAPPED', 'dreaming'],
  ])('refuses %o with a failure that says why', (change, code, words) => {
    expect(() => mapEvent(updated(change), mappings)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });
});
