import type { EventMap, EventType } from '@sluice/contracts';
import { lineage, orderPlaced, paymentFacts, paymentUpdated } from '@sluice/contracts/testing';
import type { EventRecord } from '@sluice/messaging';

/** An instant every story starts at, in microseconds. */
export const noonMicros = 1_768_478_400_000_000n;

/** What a story differs in. */
export interface StoryOptions {
  readonly orderId: string;
  readonly paymentId: string;
  readonly orderNumber: string;
  readonly startMicros?: bigint;
}

let made = 0;

/** One event with its envelope, for tests. */
export function record<T extends EventType>(
  type: T,
  data: EventMap[T],
  envelope: Partial<EventRecord> = {},
): EventRecord {
  made += 1;
  return {
    id: `event-${made}`,
    type,
    source: 'test',
    tenant: 'demo',
    key: envelope.correlationId ?? 'key',
    time: noonMicros,
    ...envelope,
    data,
  };
}

/** The events of a paid order up to the invoice that was asked for and has not come. */
export function paidOrderStory(options: StoryOptions): readonly EventRecord[] {
  const { orderId, paymentId, orderNumber, startMicros = noonMicros } = options;
  const traceparent = `00-${orderId
    .replaceAll(/[^0-9a-f]/gi, '')
    .padStart(32, 'a')
    .slice(-32)
    .toLowerCase()}-00f067aa0ba902b7-01`;
  const of = (source: string, key: string, at: bigint): Partial<EventRecord> => ({
    source,
    key,
    time: startMicros + at,
    correlationId: orderId,
    traceparent,
  });
  const ids = { orderId, paymentId, orderNumber };
  const updated = record(
    'sluice.cybersource.v1.PaymentUpdated',
    paymentUpdated({ ...ids, occurredAt: startMicros }),
    of('cybersource-gateway', paymentId, 1_000n),
  );
  const captured = record(
    'sluice.payments.v1.PaymentCaptured',
    paymentFacts({
      ...ids,
      occurredAt: startMicros,
      lineage: lineage({ sourceEventId: updated.id }),
    }),
    { ...of('canonical-mapper', paymentId, 1_000n), causationId: updated.id },
  );
  const placed = record(
    'sluice.orders.v1.OrderPlaced',
    orderPlaced({ orderId, orderNumber, placedAt: startMicros }),
    of('canonical-mapper', orderId, 0n),
  );
  return [
    placed,
    updated,
    captured,
    ...flowEvents(options, of('workflow-engine', orderId, 2_000n)),
  ];
}

function flowEvents(
  { orderId, startMicros = noonMicros }: StoryOptions,
  envelope: Partial<EventRecord>,
): readonly EventRecord[] {
  const runId = `run-${orderId}`;
  const run = (lifecycle: string, task: string | null, detail: string): EventRecord =>
    record(
      'sluice.flows.v1.RunLifecycleChanged',
      {
        runId,
        flow: 'order-to-cash',
        flowVersion: '1.0.0',
        businessKey: orderId,
        lifecycle,
        task,
        detail,
        changedAt: startMicros + 2_000n,
      },
      envelope,
    );
  const command = (name: string, task: string): EventRecord =>
    record(
      'sluice.zoho.v1.CommandRequested',
      {
        commandId: `${runId}/${task}`,
        effectKey: `${runId}/${task}/1`,
        function: name,
        arguments: '{"uniqueValue":"x"}',
        runId,
        task,
        businessKey: orderId,
        requestedAt: startMicros,
      },
      envelope,
    );
  const outcome = record(
    'sluice.zoho.v1.CommandCompleted',
    {
      commandId: `${runId}/contact`,
      effectKey: `${runId}/contact/1`,
      function: 'zoho.books.upsertContact:1.0.0',
      status: 'SUCCEEDED',
      output: `{"contactId":"4600000${orderId.slice(-6)}"}`,
      errorType: null,
      errorDetail: '',
      runId,
      task: 'contact',
      businessKey: orderId,
      attempts: 2n,
      completedAt: startMicros + 3_000n,
    },
    { ...envelope, source: 'zoho-gateway' },
  );
  return [
    run('workflow.started', null, 'Order to cash'),
    run('task.started', 'contact', 'Create or update the customer in Books'),
    command('zoho.books.upsertContact:1.0.0', 'contact'),
    outcome,
    run('task.completed', 'contact', ''),
    run('task.started', 'invoice', 'Create the invoice in Books and mark it as sent'),
    command('zoho.books.createInvoice:1.0.0', 'invoice'),
  ];
}
