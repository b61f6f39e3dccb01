import { deriveId } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';

/** What a captured payment asks for: that it be booked. */
export function bookingCommand(
  event: EventRecord<'sluice.payments.v1.PaymentCaptured'>,
): EventRecord<'sluice.zoho.v1.CommandRequested'> {
  const { paymentId, transactionId, amount } = event.data;
  const commandId = deriveId(event.id, 'book');
  return {
    id: commandId,
    type: 'sluice.zoho.v1.CommandRequested',
    source: 'benchmark-hop',
    tenant: event.tenant,
    key: event.key,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    time: event.time,
    causationId: event.id,
    ...(event.correlationId === undefined ? {} : { correlationId: event.correlationId }),
    data: {
      commandId,
      effectKey: `${event.key}/book/${event.subject ?? 0}`,
      function: 'zoho.books.recordPayment:1.0.0',
      arguments: JSON.stringify({
        uniqueValue: paymentId,
        paymentId,
        transactionId,
        currency: amount.currency,
        body: { amount: amount.minor.toString() },
      }),
      runId: event.key,
      task: 'book',
      businessKey: event.key,
      requestedAt: event.time,
    },
  };
}
