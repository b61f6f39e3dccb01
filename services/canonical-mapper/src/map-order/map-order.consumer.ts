import { Controller } from '@nestjs/common';
import { Consume, type Delivery } from '@sluice/messaging';
import { MapAndPublish } from '../mappings/map-and-publish.ts';

/** Orders as shops send them become canonical orders on `orders.v1`, in order per order. */
@Controller()
export class MapOrderConsumer {
  constructor(private readonly mapAndPublish: MapAndPublish) {}

  @Consume({
    topic: 'commerce.notifications.v1',
    group: 'canonical-mapper.map-order',
    types: ['sluice.commerce.v1.OrderReceived'],
    batchMax: 500,
    keyConcurrency: 200,
  })
  handle(deliveries: readonly Delivery[]): Promise<void> {
    return this.mapAndPublish.run(deliveries);
  }
}
