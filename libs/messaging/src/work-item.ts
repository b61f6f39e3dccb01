import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumePlan } from './consume.decorator.ts';
import type { ReceivedMessage } from './event-record.ts';
import type { HandlerInput } from './handler-call.ts';
import type { KeyedWork } from './keyed-scheduler.ts';
import type { TrackedOffset } from './offset-tracker.ts';

/** A message on its way from the intake to its handler. */
export interface WorkItem extends KeyedWork, HandlerInput {
  readonly limits: ConsumePlan;
  readonly admitted: AdmittedMessage;
  attempts: number;
}

/** A received message that counts against the memory budget until it is done. */
export interface AdmittedMessage {
  readonly message: ReceivedMessage;
  readonly partition: AssignedPartition;
  readonly tracked: TrackedOffset;
  readonly bytes: number;
  readonly receivedAtMs: number;
}

/**
 * The key that orders and parks a message; messages without a key keep their partition's order.
 *
 * Zero characters are replaced: a parking store in Postgres cannot hold them.
 */
export function orderingKey(message: ReceivedMessage): string {
  if (message.key === '') return `${message.topic}/${message.partition}`;
  return message.key.replaceAll('\0', '\uFFFD');
}

/** Bytes that a message holds in memory, roughly. */
export function bytesOf(message: ReceivedMessage): number {
  let bytes = (message.value?.length ?? 0) + message.key.length + 200;
  for (const name in message.headers) bytes += name.length + (message.headers[name]?.length ?? 0);
  return bytes;
}
