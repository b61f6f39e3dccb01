export { Consume, planOf } from './consume.decorator.ts';
export type {
  ConsumeEventsOptions,
  ConsumeOptions,
  ConsumePlan,
  ConsumeRawOptions,
  OnFailure,
} from './consume.decorator.ts';
export { EVENT_TRANSPORT } from './transport.ts';
export { RpcFailureFilter } from './rpc-failure.filter.ts';
export type { Delivery, EventRecord, ReceivedMessage, WireMessage } from './event-record.ts';
export { claimedType, fromWire, headersOf, isoToMicros, microsToIso, toWire } from './envelope.ts';
export { refuseCardNumbers } from './card-number-gate.ts';
export {
  deadLetterHeaders,
  EVENT_CONTENT_TYPE,
  eventHeaders,
  HEADER_BYTES_MAX,
  HEADERS_BYTES_MAX,
} from './headers.ts';
export { Publisher } from './publisher.ts';
export { ParkingStore, redrivenCause } from './parking-store.ts';
export type {
  ParkClaim,
  ParkedCause,
  ParkedMessage,
  ParkedState,
  ParkingFigures,
  ParkRequest,
} from './parking-store.ts';
export type {
  Broker,
  BrokerConsumer,
  BrokerConsumerState,
  BrokerListener,
  FetchedBatch,
  PartitionBacklog,
  PartitionOffset,
  TopicPartition,
} from './broker.ts';
export { assertNote } from './operator-acts.ts';
export type {
  Bury,
  OperatorNote,
  ParkedAct,
  ParkedActOutcome,
  ParkedKeyName,
  ParkedKeyView,
  RecordedAct,
  RedriveLetter,
  RedriveOutcome,
  RedriveRequest,
} from './operator-acts.ts';
export { ParkingDesk } from './parking-desk.ts';
export type { ParkingDeskOptions, RedriveOrder, RedriveReport } from './parking-desk.ts';
export { placeName, splitAtHead } from './dead-letter-origin.ts';
export { parkingErrors } from './parking-errors.ts';
export { EventStrategy } from './event-strategy.ts';
export type { EventStrategyOptions } from './event-strategy.ts';
export { defaultLimits } from './consumer-limits.ts';
export type { ConsumerLimits } from './consumer-limits.ts';
export type { GroupStatus, PartitionStatus } from './group-status.ts';
export { deadLetterTopic, toDeadLetter } from './dead-letter.ts';
export type { DeadLetterReason } from './dead-letter.ts';
export { murmur2, partitionOf } from './partitioner.ts';
export { withSendSpan } from './send-span.ts';
export { jitteredDelayMs, pause } from './retry-delay.ts';
export type { BackoffOptions } from './retry-delay.ts';
