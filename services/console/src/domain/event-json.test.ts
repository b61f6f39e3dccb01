import { orderPlaced, paymentFacts } from '@sluice/contracts/testing';
import { describe, expect, it } from 'vitest';
import { eventToJson } from './event-json.ts';

describe('eventToJson', () => {
  it('writes instants as text, amounts with minor units as text, and whole numbers as numbers', () => {
    const order = eventToJson('sluice.orders.v1.OrderPlaced', orderPlaced());

    expect(order).toMatchObject({
      placedAt: '2026-01-15T12:00:00.000Z',
      total: { minor: '1250', currency: 'EUR' },
      lines: [{ quantity: 2, unitPrice: { minor: '500' } }],
      customer: { shippingAddress: null },
      lineage: { mappingVersion: 1 },
    });
  });

  it('reads what stands in a nullable field', () => {
    const risk = {
      score: 87n,
      factorCodes: ['A'],
      profile: '',
      ipAddress: '',
      billingCountry: 'GB',
      shippingCountry: '',
    };

    const payment = eventToJson('sluice.payments.v1.PaymentCaptured', paymentFacts({ risk }));

    expect(payment).toMatchObject({ risk: { score: 87 }, reasonCode: null });
  });

  it('unfolds JSON in texts, and keeps a text that is none', () => {
    const command = {
      commandId: 'c',
      effectKey: 'e',
      function: 'f:1',
      runId: 'r',
      task: 't',
      businessKey: 'o',
      requestedAt: 0n,
    };
    const type = 'sluice.zoho.v1.CommandRequested';

    expect(eventToJson(type, { ...command, arguments: '{"a":1}' })).toMatchObject({
      arguments: { a: 1 },
    });
    expect(eventToJson(type, { ...command, arguments: '{' })).toMatchObject({ arguments: '{' });
  });

  it('is JSON for every value', () => {
    expect(() =>
      JSON.stringify(eventToJson('sluice.orders.v1.OrderPlaced', orderPlaced())),
    ).not.toThrow();
  });
});
