import { Controller } from '@nestjs/common';
import type { EventType } from '@sluice/contracts';
import { Consume, type Delivery } from '@sluice/messaging';
import { RunFlow, runFlowGroup } from './run-flow.ts';

/** Every event type a flow may be started by or listen for, and the outcomes of commands. */
export const runFlowTypes: readonly EventType[] = [
  'sluice.orders.v1.OrderPlaced',
  'sluice.payments.v1.PaymentAuthorized',
  'sluice.payments.v1.PaymentCaptured',
  'sluice.payments.v1.PaymentDeclined',
  'sluice.payments.v1.PaymentReviewRequested',
  'sluice.payments.v1.PaymentVoided',
  'sluice.payments.v1.PaymentRefunded',
  'sluice.payments.v1.RefundRequested',
  'sluice.fraud.v1.FraudCaseOpened',
  'sluice.zoho.v1.CommandCompleted',
  'sluice.commerce.v1.CommandCompleted',
  'sluice.cybersource.v1.CommandCompleted',
];

/**
 * Takes canonical events and the outcomes of commands.
 *
 * Between topics there is no order: a payment may arrive before its order. Within a batch every
 * key occurs once, and keys of different topics may still be about one order.
 */
@Controller()
export class RunFlowConsumer {
  constructor(private readonly runFlow: RunFlow) {}

  @Consume({
    topic: [
      'orders.v1',
      'payments.v1',
      'fraud.v1',
      'zoho.outcomes.v1',
      'commerce.outcomes.v1',
      'cybersource.outcomes.v1',
    ],
    group: runFlowGroup,
    types: runFlowTypes,
    batchMax: 50,
  })
  async handle(deliveries: readonly Delivery[]): Promise<void> {
    await this.runFlow.take(deliveries);
  }
}
