export { KafkaPublisher } from './kafka-publisher.ts';
export type { KafkaPublisherOptions } from './kafka-publisher.ts';
export type { LaneLimits } from './producer-lane.ts';
export { KafkaEventStrategy } from './kafka-event-strategy.ts';
export type { KafkaEventStrategyOptions } from './kafka-event-strategy.ts';
export { KafkaBroker } from './kafka-broker.ts';
export type { KafkaSettings } from './kafka-settings.ts';
export { RegistrySchemaIds } from './registry-schema-ids.ts';
export { createKafka } from './kafka-client.ts';
