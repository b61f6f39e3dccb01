import type { EventMap, EventType } from '@sluice/contracts';
import { paymentFacts, paymentUpdated } from '@sluice/contracts/testing';
import type { EventRecord } from '@sluice/messaging';

/** A round's events: every key has the same number, and no key comes again before all others have. */
export interface StreamPlan {
  /** Begins every key, so that rounds never meet. */
  readonly prefix: string;
  readonly keys: number;
  readonly eventsPerKey: number;
  /** What a source tells, or what the mapper makes of it. @default updated */
  readonly kind?: 'updated' | 'captured';
  /** Fills the text of each event up, so that its value has about so many bytes. @default as small as it is */
  readonly valueBytes?: number;
}

const hourMicros = 3_600_000_000n;
/** What a value has without any filling. */
const bareBytes = 230;
const filler = 'lorem ipsum ';

/** The events of a plan, oldest first. The subject counts the events of a key, through every hop. */
export function* paymentEvents(plan: StreamPlan): Generator<EventRecord> {
  const time = BigInt(Date.now()) * 1_000n - hourMicros;
  const type =
    plan.kind === 'captured'
      ? 'sluice.payments.v1.PaymentCaptured'
      : 'sluice.cybersource.v1.PaymentUpdated';
  const text = fillingText(plan.valueBytes ?? 0);
  for (let sequence = 1; sequence <= plan.eventsPerKey; sequence += 1) {
    for (let key = 0; key < plan.keys; key += 1) {
      const paymentId = `${plan.prefix}-${key}`;
      yield {
        id: `${paymentId}-${sequence}`,
        type,
        source: 'benchmark-source',
        tenant: 'demo',
        key: paymentId,
        subject: String(sequence),
        time,
        version: BigInt(sequence),
        correlationId: `order-${paymentId}`,
        data: dataOf(type, { paymentId, time, text }),
      };
    }
  }
}

/** How many events a plan has. */
export function countOf({ keys, eventsPerKey }: StreamPlan): number {
  return keys * eventsPerKey;
}

function dataOf(
  type: EventType,
  { paymentId, time, text }: { paymentId: string; time: bigint; text: string },
): EventMap['sluice.cybersource.v1.PaymentUpdated' | 'sluice.payments.v1.PaymentCaptured'] {
  const common = { paymentId, orderId: `order-${paymentId}`, occurredAt: time };
  return type === 'sluice.payments.v1.PaymentCaptured'
    ? paymentFacts({ ...common, reasonText: text })
    : paymentUpdated({ ...common, riskProfile: text });
}

function fillingText(valueBytes: number): string {
  const missing = Math.max(0, valueBytes - bareBytes);
  return filler.repeat(Math.ceil(missing / filler.length)).slice(0, missing);
}
