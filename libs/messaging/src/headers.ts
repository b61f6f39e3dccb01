/** Names of the headers of an event: CloudEvents binary mode, W3C trace context, and ours. */
export const eventHeaders = {
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  specVersion: 'ce_specversion',
  time: 'ce_time',
  subject: 'ce_subject',
  partitionKey: 'ce_partitionkey',
  tenant: 'ce_tenant',
  version: 'ce_version',
  causationId: 'ce_causationid',
  correlationId: 'ce_correlationid',
  contentType: 'content-type',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
} as const;

/** Names of the headers of a dead letter: spring-kafka's words, and ours for the failure code. */
export const deadLetterHeaders = {
  originalTopic: 'kafka_dlt-original-topic',
  originalPartition: 'kafka_dlt-original-partition',
  originalOffset: 'kafka_dlt-original-offset',
  originalTimestamp: 'kafka_dlt-original-timestamp',
  originalConsumerGroup: 'kafka_dlt-original-consumer-group',
  exceptionFqcn: 'kafka_dlt-exception-fqcn',
  exceptionMessage: 'kafka_dlt-exception-message',
  failureCode: 'sluice_failure-code',
  attempts: 'sluice_attempts',
  valueLeftOut: 'sluice_value-left-out-bytes',
} as const;

/** What the value of an event is. */
export const EVENT_CONTENT_TYPE = 'application/vnd.confluent.avro';

/** Longest value of one header of an event. */
export const HEADER_BYTES_MAX = 1024;

/** Most bytes of all header names and values of an event. */
export const HEADERS_BYTES_MAX = 8192;
