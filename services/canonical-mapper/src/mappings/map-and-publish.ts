import { Injectable } from '@nestjs/common';
import { EventCodec } from '@sluice/contracts';
import { MappingSet } from '@sluice/mapping';
import { type Delivery, Publisher, toWire } from '@sluice/messaging';
import { activeTraceparent } from '@sluice/telemetry';
import { mapEvent } from '../domain/map-event.ts';

/**
 * Maps a batch and sends it in one piece.
 *
 * Returns when the broker has acknowledged everything, so that the offset is committed after it. A
 * batch that comes again sends the same ids again, and the next inbox drops them.
 */
@Injectable()
export class MapAndPublish {
  constructor(
    private readonly mappings: MappingSet,
    private readonly codec: EventCodec,
    private readonly publisher: Publisher,
  ) {}

  /** @throws PermanentFailure for an event that cannot be mapped; nothing of the batch is sent. */
  async run(deliveries: readonly Delivery[]): Promise<void> {
    const isAlone = deliveries.length === 1;
    const messages = deliveries.flatMap(({ event }) =>
      mapEvent(event, this.mappings).map((mapped) =>
        // The active span belongs to the one event only when there is one.
        toWire(isAlone ? { ...mapped, ...activeTraceparent() } : mapped, this.codec),
      ),
    );
    await this.publisher.publish(messages);
  }
}
