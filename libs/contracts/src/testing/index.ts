export { LocalSchemaIds, localCodec } from './local-schema-ids.ts';
export {
  customer,
  lineage,
  money,
  orderPlaced,
  paymentFacts,
  paymentUpdated,
  refundRequested,
} from './builders.ts';
