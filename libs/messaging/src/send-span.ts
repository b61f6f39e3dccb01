import { SpanKind, withSpan } from '@sluice/telemetry';
import type { WireMessage } from './event-record.ts';
import { linksTo } from './handler-call.ts';

/** Runs one send inside its CLIENT span, linked to the creation of its messages (at most 128). */
export async function withSendSpan<T>(
  messages: readonly WireMessage[],
  send: () => Promise<T>,
): Promise<T> {
  const topics = [...new Set(messages.map(({ topic }) => topic))];
  return withSpan(
    topics.length === 1 ? `send ${topics[0] ?? ''}` : 'send',
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.batch.message_count': messages.length,
        'messaging.destination.name': topics.slice(0, 10).join(','),
      },
      links: () => linksTo(messages),
    },
    send,
  );
}
