import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { Actor } from './actor.ts';
import { EventQueue, type QueuedEvent } from './event-queue.ts';
import { Random } from './random.ts';
import { settled } from './real-time.ts';

/** When every history begins. */
export const beginningMs = Date.UTC(2026, 2, 1);

/** Makes a world the present one. */
function takePlace(next: World): void {
  current = next;
}

interface Event extends QueuedEvent {
  readonly actor: Actor;
  readonly fire: () => void | Promise<void>;
}

/** What can be taken back before it happens. */
export interface Planned {
  isCancelled: boolean;
}

const whereAmI = new AsyncLocalStorage<Actor>();
let current: World | undefined;

/** The world whose history is being told now. */
export function world(): World {
  if (current === undefined) throw new Error('No world is being simulated.');
  return current;
}

/**
 * One history: virtual time, who takes part in it, and one event after the other.
 *
 * Nothing in it happens at the same time. An event runs until nothing can go on without time passing or an answer
 * arriving, both of which are events again; so the same seed tells the same history.
 */
export class World {
  readonly seed: number;
  /** Chooses latencies, and with them who comes first. */
  readonly pace: Random;
  /** Chooses what goes wrong. */
  readonly fate: Random;
  /** Stands in for the jitter of the product. */
  readonly jitter: Random;
  /** Stands in for the randomness of ids. */
  readonly ids: Random;
  /** Stands for everything outside of the processes: never killed, never stopped. */
  readonly surroundings = new Actor('surroundings');
  /** How often each kind of fault was injected. */
  readonly faults = new Map<string, number>();
  /** Lines of the history, kept when asked for. */
  readonly lines: string[] | undefined;
  /** Errors that nobody caught: in production each ends a process. */
  readonly troubles: string[] = [];
  /** May kill or stop an actor at the moment it would learn how a call has ended. */
  strike: (actor: Actor) => void = () => undefined;
  readonly #queue = new EventQueue<Event>();
  readonly #hash = createHash('sha256');
  #nowMs = beginningMs;
  #order = 0;

  constructor(seed: number, options: { readonly isTold?: boolean } = {}) {
    this.seed = seed;
    this.pace = new Random(seed, 'pace');
    this.fate = new Random(seed, 'fate');
    this.jitter = new Random(seed, 'jitter');
    this.ids = new Random(seed, 'ids');
    this.lines = options.isTold === true ? [] : undefined;
    takePlace(this);
  }

  /** True time, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Who is at work now. */
  get actor(): Actor {
    return whereAmI.getStore() ?? this.surroundings;
  }

  /** Runs in the name of an actor; what follows from it is that actor's as well. */
  as<T>(actor: Actor, work: () => T): T {
    return whereAmI.run(actor, work);
  }

  /** Plans an event of the present actor. It does not happen when the actor is dead by then. */
  plan(delayMs: number, fire: () => void): Planned {
    const { actor } = this;
    return this.#push(delayMs, actor, () => this.as(actor, fire));
  }

  /** Plans an event of the surroundings, which may take real time. */
  planOutside(delayMs: number, fire: () => void | Promise<void>): Planned {
    return this.#push(delayMs, this.surroundings, () => this.as(this.surroundings, fire));
  }

  /** Lets an actor notice something: now, when it goes on again, or never when it is dead. */
  tell(actor: Actor, notice: () => void): void {
    if (actor.isAlive && !actor.isStopped) this.strike(actor);
    if (!actor.isAlive) return;
    if (actor.isStopped) actor.missed.push(notice);
    else this.as(actor, notice);
  }

  /** Resolves after the time for the present actor. */
  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.plan(durationMs, resolve);
    });
  }

  /** Goes on with a stopped actor, which notices everything it has missed. */
  goOn(actor: Actor): void {
    actor.isStopped = false;
    for (const notice of actor.missed.splice(0)) this.#push(0, actor, () => this.as(actor, notice));
  }

  /** Writes a line of the history. It must not name what differs from run to run, such as a process id. */
  record(line: string): void {
    const dated = `${(this.#nowMs - beginningMs).toFixed(3)} ${line}\n`;
    this.#hash.update(dated);
    this.lines?.push(dated);
  }

  countFault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.record(`fault ${kind}`);
  }

  /** What the history was, in one word; ends the history. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  /** Lets events happen until the condition holds or none is left. */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      await settled();
      if (isOver()) return;
      const event = this.#next();
      if (event === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      if (event.actor.isStopped) event.actor.missed.push(() => void event.fire());
      else await event.fire();
    }
  }

  #next(): Event | undefined {
    for (;;) {
      const event = this.#queue.pop();
      if (event === undefined || (!event.isCancelled && event.actor.isAlive)) return event;
    }
  }

  #push(delayMs: number, actor: Actor, fire: () => void | Promise<void>): Planned {
    const atMs = this.#nowMs + Math.max(Number.isFinite(delayMs) ? delayMs : 0, 0);
    const event: Event = { atMs, order: (this.#order += 1), actor, fire, isCancelled: false };
    this.#queue.push(event);
    return event;
  }
}
