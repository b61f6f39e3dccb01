export { BrokerProxy, requestKeys, socketsThrough } from './broker-proxy.ts';
export type { FrameFate } from './broker-proxy.ts';
export { laneOver } from './lane-over.ts';
export { readTopic } from './topic-reader.ts';
export type { LoggedMessage } from './topic-reader.ts';
