export { InMemoryBroker } from './in-memory-broker.ts';
export { InMemoryParkingStore } from './in-memory-parking-store.ts';
export { startConsumers } from './consumers.ts';
export type { TestHandler } from './consumers.ts';
export { messagingConformance } from './messaging.conformance.ts';
export type { ConformanceCase, MessagingHarness } from './messaging.conformance.ts';
export { parkingConformance } from './parking.conformance.ts';
export { until } from './until.ts';
