import { EventStrategy } from '@sluice/messaging';
import type { EventStrategyOptions } from '@sluice/messaging';
import { KafkaBroker } from './kafka-broker.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** Options of the strategy: those of every broker, and how to reach Kafka. */
export interface KafkaEventStrategyOptions extends Omit<EventStrategyOptions, 'broker'> {
  readonly kafka: KafkaSettings;
}

/** Nest's transport for `@Consume` handlers over Kafka. */
export class KafkaEventStrategy extends EventStrategy {
  constructor({ kafka, ...options }: KafkaEventStrategyOptions) {
    super({ ...options, broker: new KafkaBroker(kafka) });
  }
}
