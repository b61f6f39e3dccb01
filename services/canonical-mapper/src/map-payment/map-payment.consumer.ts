import { Controller } from '@nestjs/common';
import { Consume, type Delivery } from '@sluice/messaging';
import { MapAndPublish } from '../mappings/map-and-publish.ts';

const topic = 'cybersource.notifications.v1';
const group = 'canonical-mapper.map-payment';

/** What Cybersource tells becomes canonical payment events on `payments.v1`, in order per payment. */
@Controller()
export class MapPaymentConsumer {
  constructor(private readonly mapAndPublish: MapAndPublish) {}

  @Consume({
    topic,
    group,
    types: ['sluice.cybersource.v1.PaymentUpdated', 'sluice.cybersource.v1.RefundAsked'],
    batchMax: 500,
    keyConcurrency: 200,
  })
  handle(deliveries: readonly Delivery[]): Promise<void> {
    return this.mapAndPublish.run(deliveries);
  }

  /**
   * A notification whose event type moves no payment: without a mapping of its own it becomes a
   * dead letter at once, and the later events of its payment go on.
   */
  @Consume({
    topic,
    group,
    types: ['sluice.cybersource.v1.NotificationReceived'],
    attemptsMax: 1,
    keyConcurrency: 200,
    onFailure: 'dead-letter',
  })
  handleUnrecognised(deliveries: readonly Delivery[]): Promise<void> {
    return this.mapAndPublish.run(deliveries);
  }
}
