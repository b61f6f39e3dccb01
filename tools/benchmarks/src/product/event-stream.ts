import type { EventRecord } from '@sluice/messaging';
import { paymentUpdated } from '@sluice/contracts/testing';

/** A round's events: every key has the same number, and no key comes again before all others have. */
export interface StreamPlan {
  /** Begins every key, so that rounds never meet. */
  readonly prefix: string;
  readonly keys: number;
  readonly eventsPerKey: number;
}

const hourMicros = 3_600_000_000n;

/** The events of a plan, oldest first. The subject counts the events of a key, through every hop. */
export function* paymentEvents(
  plan: StreamPlan,
): Generator<EventRecord<'sluice.cybersource.v1.PaymentUpdated'>> {
  const time = BigInt(Date.now()) * 1_000n - hourMicros;
  for (let sequence = 1; sequence <= plan.eventsPerKey; sequence += 1) {
    for (let key = 0; key < plan.keys; key += 1) {
      const paymentId = `${plan.prefix}-${key}`;
      yield {
        id: `${paymentId}-${sequence}`,
        type: 'sluice.cybersource.v1.PaymentUpdated',
        source: 'benchmark-source',
        tenant: 'demo',
        key: paymentId,
        subject: String(sequence),
        time,
        version: BigInt(sequence),
        correlationId: `order-${paymentId}`,
        data: paymentUpdated({ paymentId, orderId: `order-${paymentId}`, occurredAt: time }),
      };
    }
  }
}
