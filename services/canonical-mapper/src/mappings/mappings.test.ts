import { join } from 'node:path';
import { runMappingTests } from '@sluice/mapping';
import { describe, expect, it } from 'vitest';
import { loadCanonicalMappings, targetsOf } from './load.ts';

const mappings = loadCanonicalMappings(join(import.meta.dirname, '../../mappings'));
const results = runMappingTests(mappings);

describe('The canonical mapping documents', () => {
  it.each(results)('hold their own test $mapping: $name', ({ actual, expected, isPassed }) => {
    if (!isPassed) expect(actual).toEqual(expected);
    expect(isPassed).toBe(true);
  });

  it('carry a test each', () => {
    const tested = new Set(results.map((result) => result.mapping));

    expect([...tested].toSorted()).toEqual(
      [...new Set(mappings.mappings.map((mapping) => mapping.name))].toSorted(),
    );
  });

  it('make every canonical order and payment event', () => {
    expect(targetsOf(mappings).toSorted()).toEqual([
      'sluice.orders.v1.OrderPlaced',
      'sluice.payments.v1.PaymentAuthorized',
      'sluice.payments.v1.PaymentCaptured',
      'sluice.payments.v1.PaymentDeclined',
      'sluice.payments.v1.PaymentRefunded',
      'sluice.payments.v1.PaymentReviewRequested',
      'sluice.payments.v1.PaymentVoided',
      'sluice.payments.v1.RefundRequested',
    ]);
  });
});
