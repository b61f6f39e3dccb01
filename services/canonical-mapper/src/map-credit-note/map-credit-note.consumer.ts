import { Controller } from '@nestjs/common';
import { Consume, type Delivery } from '@sluice/messaging';
import { MapAndPublish } from '../mappings/map-and-publish.ts';

/** Credit notes marked for refund in Zoho become refund requests on `payments.v1`. */
@Controller()
export class MapCreditNoteConsumer {
  constructor(private readonly mapAndPublish: MapAndPublish) {}

  @Consume({
    topic: 'zoho.notifications.v1',
    group: 'canonical-mapper.map-credit-note',
    types: ['sluice.zoho.v1.CreditNoteMarkedForRefund'],
    batchMax: 500,
    keyConcurrency: 200,
  })
  handle(deliveries: readonly Delivery[]): Promise<void> {
    return this.mapAndPublish.run(deliveries);
  }
}
