export {
  canonicalEvents,
  cardNumbers,
  doubledRecords,
  finalTypes,
  nothingFromNothing,
  refundLimits,
  secondSends,
  testCards,
  unmappedEvents,
  unpublishedRows,
} from './checker.ts';
export {
  collectEvidence,
  readServiceTables,
  type Evidence,
  type EvidenceSource,
  type Row,
  type TableReader,
} from './evidence.ts';
export { ask, type Answer, type HttpRequest } from './http.ts';
export { at, listAt, minorOf, textOf, type Json } from './json.ts';
export {
  checkoutOnce,
  currencies,
  deviationsOf,
  refundFromBooks,
  wantedOrderOf,
  type Currency,
  type Outcome,
  type PlannedOrder,
  type TestOrder,
  type WantedOrder,
} from './orders.ts';
export { clientSignature } from './signatures.ts';
export { Topics, type TopicRecord } from './topics.ts';
export { Twins, type Fault, type LedgerKinds, type Ledgers, type TwinName } from './twins.ts';
export { writingCalls } from './writing-calls.ts';
