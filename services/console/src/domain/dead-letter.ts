import { deadLetterHeaders, eventHeaders, type ReceivedMessage } from '@sluice/messaging';
import { scrubText } from '@sluice/pan-guard';

/** A dead letter as it is kept, column by column name. */
export type DeadLetterRow = Readonly<Record<string, string | number | null | readonly string[]>>;

/** What else is known of the message. */
export interface DeadLetterFacts {
  readonly tenant: string;
  readonly preview: string;
  readonly links: readonly string[];
  readonly traceId: string | null;
}

/** Reads what the headers of a dead letter say; what they leave out comes from its own place. */
export function deadLetterRow(message: ReceivedMessage, facts: DeadLetterFacts): DeadLetterRow {
  const { headers } = message;
  const header = (name: string): string | undefined => headers[name]?.replaceAll('\0', '');
  const at = new Date(Number(message.timestampMs)).toISOString();
  return {
    tenant: header(eventHeaders.tenant) ?? facts.tenant,
    topic: message.topic,
    original_topic: header(deadLetterHeaders.originalTopic) ?? message.topic,
    original_partition:
      wholeNumber(header(deadLetterHeaders.originalPartition)) ?? message.partition,
    original_offset: digits(header(deadLetterHeaders.originalOffset)) ?? String(message.offset),
    consumer_group: header(deadLetterHeaders.originalConsumerGroup) ?? 'unknown',
    partition: message.partition,
    log_offset: message.offset.toString(),
    code: header(deadLetterHeaders.failureCode) ?? 'UNKNOWN',
    message: scrubText(header(deadLetterHeaders.exceptionMessage) ?? '').slice(0, 1_000),
    error_name: header(deadLetterHeaders.exceptionFqcn) ?? '',
    attempts: wholeNumber(header(deadLetterHeaders.attempts)) ?? 1,
    event_id: header(eventHeaders.id) ?? null,
    type: header(eventHeaders.type) ?? null,
    key: message.key.replaceAll('\0', '').slice(0, 500),
    links: facts.links,
    trace_id: facts.traceId,
    preview: facts.preview,
    payload_bytes: message.value?.length ?? 0,
    seen_at: at,
  };
}

function digits(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,18}$/.test(text) ? text : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = Number(digits(text));
  return value <= 2_147_483_647 ? value : undefined;
}
