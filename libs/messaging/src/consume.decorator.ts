import { EventPattern } from '@nestjs/microservices';
import type { EventType } from '@sluice/contracts';
import { EVENT_TRANSPORT } from './transport.ts';

/** What becomes of a key whose event failed past its attempts. */
export type OnFailure = 'park' | 'dead-letter';

interface ConsumeCommon {
  /** Topics to read, by name. */
  readonly topic: string | readonly string[];
  /** Consumer group, `<service>.<slice>`. */
  readonly group: string;
  /** Most deliveries of one call; each has a key of its own. @minimum 1 @default 1 */
  readonly batchMax?: number;
  /** Attempts in place, the first included. @minimum 1 @default 5 */
  readonly attemptsMax?: number;
  /** Pause before the second attempt; doubles each time, full jitter. @default 200 */
  readonly retryDelayMs?: number;
  /** Keys handled at the same time. @minimum 1 @default 16 */
  readonly keyConcurrency?: number;
}

/** Options of a consumer of decoded events. */
export interface ConsumeEventsOptions extends ConsumeCommon {
  readonly raw?: false;
  /** Event types to handle; others of the topic are passed over on purpose and counted. */
  readonly types: readonly EventType[];
  /**
   * `park`: the key waits in Postgres, in order, and is tried again later; nothing overtakes.
   * `dead-letter`: the event goes to the dead letter topic and the next one of its key overtakes it.
   * @default 'park'
   */
  readonly onFailure?: OnFailure;
}

/** Options of a consumer of undecoded messages: every message of the topics, whatever it holds. */
export interface ConsumeRawOptions extends ConsumeCommon {
  /** The handler receives `ReceivedMessage[]`; nothing is decoded, so nothing is poison. */
  readonly raw: true;
}

export type ConsumeOptions = ConsumeEventsOptions | ConsumeRawOptions;

/** The options of a handler with every default filled in; one object per decorated method. */
export interface ConsumePlan {
  readonly topics: readonly string[];
  readonly group: string;
  readonly types: ReadonlySet<EventType>;
  readonly raw: boolean;
  readonly batchMax: number;
  readonly attemptsMax: number;
  readonly retryDelayMs: number;
  readonly keyConcurrency: number;
  readonly onFailure: OnFailure;
}

/** Fills in the defaults and refuses options that cannot work. */
export function planOf(options: ConsumeOptions): ConsumePlan {
  const topics = typeof options.topic === 'string' ? [options.topic] : [...options.topic];
  const plan: ConsumePlan = {
    topics,
    group: options.group,
    types: new Set(options.raw ? [] : options.types),
    raw: options.raw ?? false,
    batchMax: options.batchMax ?? 1,
    attemptsMax: options.attemptsMax ?? 5,
    retryDelayMs: options.retryDelayMs ?? 200,
    keyConcurrency: options.keyConcurrency ?? 16,
    onFailure: options.raw ? 'park' : (options.onFailure ?? 'park'),
  };
  const counts = [plan.batchMax, plan.attemptsMax, plan.keyConcurrency];
  if (!counts.every((count) => Number.isInteger(count) && count >= 1)) {
    throw new RangeError(`Consumer ${plan.group}: batch, attempts and concurrency start at 1.`);
  }
  if (topics.length === 0 || (!plan.raw && plan.types.size === 0)) {
    throw new RangeError(`Consumer ${plan.group} names no topic or no event type.`);
  }
  return plan;
}

/**
 * Makes a controller method the handler of events: `handle(deliveries: readonly Delivery[])`.
 *
 * The method may run more than once for an event. Events of one key arrive one after the other, in
 * order; a batch never holds a key twice. What it throws decides: transient failures and bugs are retried, bounded;
 * permanent ones are given up at once; a dependency that is down pauses the consumer.
 *
 * For one topic Nest's own `@EventPattern(topic, EVENT_TRANSPORT, options)` does the same; its options are not checked
 * by the compiler.
 */
export function Consume(options: ConsumeOptions): MethodDecorator {
  const plan = planOf(options);
  return EventPattern([...plan.topics], EVENT_TRANSPORT, { plan });
}
