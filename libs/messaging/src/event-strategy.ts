import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import type { Clock } from '@sluice/clock';
import { systemClock } from '@sluice/clock';
import type { EventCodec, EventType } from '@sluice/contracts';
import { eventTypes } from '@sluice/contracts';
import { PermanentFailure } from '@sluice/failure';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Broker } from './broker.ts';
import { planOf } from './consume.decorator.ts';
import type { ConsumeOptions, ConsumePlan } from './consume.decorator.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { defaultLimits } from './consumer-limits.ts';
import type { ConsumerLimits } from './consumer-limits.ts';
import { deadLetterTopic } from './dead-letter.ts';
import type { GroupStatus } from './group-status.ts';
import type { ParkingStore } from './parking-store.ts';
import type { Publisher } from './publisher.ts';
import type { Route } from './route.ts';
import { EVENT_TRANSPORT } from './transport.ts';

/** What the consumers of a process share. */
export interface EventStrategyOptions {
  readonly broker: Broker;
  /** Writes dead letters; closed by whoever made it. */
  readonly publisher: Publisher;
  readonly codec: EventCodec;
  /** Needed by every handler that parks, which is the default. */
  readonly parking?: ParkingStore;
  readonly clock?: Clock;
  readonly limits?: Partial<ConsumerLimits>;
}

/**
 * Nest's transport for `@Consume` handlers: one consumer group per group name, over any broker.
 *
 * Start fails when a topic or its dead letter topic does not exist, a type does not belong to the topics, or its
 * schema is not registered. Closing drains: running handlers end, offsets are committed, groups are left.
 */
export class EventStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = EVENT_TRANSPORT;
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: EventStrategyOptions;
  readonly #handlers: { readonly plan: ConsumePlan; readonly handler: MessageHandler }[] = [];
  #groups: readonly ConsumerGroup[] = [];
  #isListening = false;

  constructor(options: EventStrategyOptions) {
    super();
    this.#options = options;
  }

  override addHandler(...handler: Parameters<Server['addHandler']>): void {
    const [pattern, callback, isEventHandler = false, extras = {}] = handler;
    const plan = isEventHandler ? planOfHandler(pattern, extras) : undefined;
    if (plan === undefined) {
      const name = String(pattern);
      throw new Error(`Handler of ${name} must be declared with @Consume, or name its group.`);
    }
    callback.isEventHandler = true;
    callback.extras = extras;
    // Nest calls once per topic of the pattern, the plan is one object per method.
    if (this.#handlers.some((known) => known.plan === plan)) return;
    this.#handlers.push({ plan, handler: callback });
    this.messageHandlers.set(`${plan.group} ${plan.topics.join(',')}`, callback);
  }

  override listen(callback: (error?: unknown) => unknown): void {
    this.#start().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  /** Drains and leaves all groups. May be called more than once. */
  override async close(): Promise<void> {
    const groups = this.#groups;
    this.#groups = [];
    this.#isListening = false;
    await Promise.all(groups.map((group) => group.close()));
    await this.#options.broker.close();
  }

  /** Nothing is emitted: look at `describe`. */
  override on(): this {
    return this;
  }

  override unwrap<T>(): T {
    return this.#options.broker as T;
  }

  /** True when every group has joined, knows its parked keys, and no dependency is down. */
  isReady(): boolean {
    return this.#isListening && this.describe().every((group) => group.isReady);
  }

  /** Every consumer group as it stands, from memory. */
  describe(): readonly GroupStatus[] {
    return this.#groups.map((group) => group.status());
  }

  async #start(): Promise<void> {
    const plans = this.#handlers.map(({ plan }) => plan);
    await this.#checkTopics(plans);
    const types = new Set(plans.flatMap((plan) => [...plan.types]));
    await this.#options.codec.prepare([...types]);
    this.#groups = this.#makeGroups();
    await Promise.all(this.#groups.map((group) => group.start()));
    this.#isListening = true;
  }

  async #checkTopics(plans: readonly ConsumePlan[]): Promise<void> {
    const needed = new Set(plans.flatMap(neededTopics));
    for (const plan of plans) {
      const foreign = [...plan.types].find((type) => !isTypeOf(plan, type));
      if (foreign !== undefined) {
        throw new PermanentFailure('TYPE_NOT_ON_TOPIC', `Group ${plan.group}: ${foreign}`);
      }
      if (plan.onFailure === 'park' && this.#options.parking === undefined) {
        throw new PermanentFailure('PARKING_MISSING', `Group ${plan.group} parks keys.`);
      }
    }
    if (needed.size === 0) return;
    const known = await this.#options.broker.partitionCounts([...needed]);
    const missing = [...needed].filter((topic) => !known.has(topic));
    if (missing.length > 0) {
      throw new PermanentFailure('TOPIC_MISSING', `Topics do not exist: ${missing.join(', ')}`);
    }
  }

  #makeGroups(): readonly ConsumerGroup[] {
    const routes = new Map<string, Route[]>();
    for (const { plan, handler } of this.#handlers) {
      const route = { plan, call: (payload: unknown) => callThroughNest(handler, payload) };
      routes.set(plan.group, [...(routes.get(plan.group) ?? []), route]);
    }
    const { clock = systemClock, limits, parking } = this.#options;
    return [...routes].map(
      ([group, own]) =>
        new ConsumerGroup({
          ...this.#options,
          group,
          routes: own,
          parking,
          clock,
          limits: { ...defaultLimits, ...limits },
        }),
    );
  }
}

/** Of `@Consume`, or of Nest's own `@EventPattern(topic, EVENT_TRANSPORT, options)`. */
function planOfHandler(pattern: unknown, extras: Record<string, unknown>): ConsumePlan | undefined {
  const plan = extras['plan'] as ConsumePlan | undefined;
  if (plan !== undefined || typeof pattern !== 'string' || !('group' in extras)) return plan;
  return planOf({ ...(extras as unknown as ConsumeOptions), topic: pattern });
}

async function callThroughNest(handler: MessageHandler, payload: unknown): Promise<void> {
  const result: unknown = await handler(payload, undefined);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}

function neededTopics(plan: ConsumePlan): readonly string[] {
  if (plan.raw) return plan.topics;
  return [...plan.topics, ...plan.topics.map((topic) => deadLetterTopic(topic, plan.group))];
}

function isTypeOf(plan: ConsumePlan, type: EventType): boolean {
  return plan.topics.includes(eventTypes[type].topic);
}
