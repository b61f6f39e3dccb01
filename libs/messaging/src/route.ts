import type { EventType } from '@sluice/contracts';
import type { ConsumePlan } from './consume.decorator.ts';
import { claimedType } from './envelope.ts';
import type { Delivery, ReceivedMessage, WireMessage } from './event-record.ts';
import { eventHeaders } from './headers.ts';

/** One decorated method: its options, and the call through Nest's pipes, guards and filters. */
export interface Route {
  readonly plan: ConsumePlan;
  /** Resolves when the handler is done; rejects with the handler's own error. */
  call(payload: readonly Delivery[] | readonly ReceivedMessage[]): Promise<void>;
}

/** Where a message goes. `undecided`: it must be decoded to know. */
export type Match = Route | 'passed-over' | 'undecided';

/** The routes of one consumer group, by topic and event type. */
export class RoutingTable {
  readonly #raw = new Map<string, Route>();
  readonly #byType = new Map<string, Route>();
  readonly topics: readonly string[];

  constructor(group: string, routes: readonly Route[]) {
    const topics = new Set<string>();
    for (const route of routes) {
      for (const topic of route.plan.topics) {
        topics.add(topic);
        this.#add(group, topic, route);
      }
    }
    this.topics = [...topics];
  }

  match(message: WireMessage): Match {
    const raw = this.#raw.get(message.topic);
    if (raw !== undefined) return raw;
    const type = claimedType(message);
    if (type !== undefined) return this.#byType.get(`${message.topic} ${type}`) ?? 'passed-over';
    return message.headers[eventHeaders.type] === undefined ? 'undecided' : 'passed-over';
  }

  #add(group: string, topic: string, route: Route): void {
    const types: readonly (EventType | '*')[] = route.plan.raw ? ['*'] : [...route.plan.types];
    for (const type of types) {
      const isTaken = this.#isTaken(topic, type);
      if (isTaken) throw new Error(`Group ${group} has two handlers for ${type} on ${topic}.`);
      if (route.plan.raw) this.#raw.set(topic, route);
      else this.#byType.set(`${topic} ${type}`, route);
    }
  }

  /** A handler of undecoded messages takes the whole topic. */
  #isTaken(topic: string, type: string): boolean {
    if (this.#raw.has(topic) || this.#byType.has(`${topic} ${type}`)) return true;
    return type === '*' && [...this.#byType.keys()].some((known) => known.startsWith(`${topic} `));
  }
}
