import { createDataSource } from '@sluice/postgres';
import type { EventStrategy } from '@sluice/messaging';
import { startConsumers, type TestHandler } from '@sluice/messaging/testing';
import { OutboxRelay, PostgresParkingStore, type Outbox } from '@sluice/outbox';
import type { DataSource } from 'typeorm';
import { Actor } from '../world/actor.ts';
import { world } from '../world/world.ts';
import { limits, type Surroundings } from './surroundings.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Looks of one program at its work. */
export interface Program {
  /** Makes everything of a process; runs in its name. */
  start(parts: ProgramParts): Promise<void>;
}

/** What a process has in common with all others. */
export interface ProgramParts {
  readonly dataSource: DataSource;
  readonly clock: VirtualClock;
  consume(handlers: readonly TestHandler[]): Promise<EventStrategy>;
  /** Runs the relay of this process. */
  relay(outbox: Outbox): void;
  /** Runs a job again and again; what it throws is tried again at the next time. */
  every(intervalMs: number, job: () => Promise<unknown>): void;
}

/** One replica of a service: it is started, killed, stopped, and started again by its supervisor. */
export class ServiceProcess<P extends Program = Program> {
  readonly name: string;
  readonly #surroundings: Surroundings;
  readonly #make: () => P;
  #incarnation = 0;
  actor: Actor;
  program: P | undefined;

  constructor(name: string, surroundings: Surroundings, make: () => P) {
    this.name = name;
    this.#surroundings = surroundings;
    this.#make = make;
    this.actor = new Actor(name);
  }

  /** True when it can take work. */
  get isRunning(): boolean {
    return this.program !== undefined && this.actor.isAlive && !this.actor.isStopped;
  }

  start(): void {
    const here = world();
    this.#incarnation += 1;
    const actor = new Actor(`${this.name}.${this.#incarnation}`);
    this.actor = actor;
    const program = this.#make();
    here.as(actor, () => {
      this.#boot(program).then(
        () => {
          this.program = program;
          here.record(`${actor.name} runs`);
        },
        (error: unknown) => {
          here.record(`${actor.name} does not start: ${String(error).slice(0, 60)}`);
          here.as(here.surroundings, () => this.kill(1_000));
        },
      );
    });
  }

  /** As by `kill -9`; its supervisor starts it again after the pause. */
  kill(restartAfterMs: number): void {
    const here = world();
    const { actor } = this;
    if (!actor.isAlive) return;
    actor.isAlive = false;
    this.program = undefined;
    here.record(`${actor.name} is killed`);
    here.planOutside(0, () => this.#surroundings.database.forget(actor));
    this.#surroundings.broker.watch(actor);
    here.planOutside(restartAfterMs, () => this.start());
  }

  /** As by SIGSTOP, and SIGCONT after the time. */
  standStill(durationMs: number): void {
    const here = world();
    const { actor } = this;
    if (!actor.isAlive || actor.isStopped) return;
    actor.isStopped = true;
    here.record(`${actor.name} stands still`);
    this.#surroundings.broker.watch(actor);
    this.#surroundings.database.watchIdle(actor);
    here.planOutside(durationMs, () => this.goOn(actor));
  }

  goOn(actor: Actor = this.actor): void {
    if (!actor.isStopped) return;
    const here = world();
    here.record(`${actor.name} goes on`);
    here.goOn(actor);
    here.planOutside(100, () => this.#surroundings.broker.joinAgain(actor));
  }

  async #boot(program: P): Promise<void> {
    const { databaseUrl, broker, codec } = this.#surroundings;
    const clock = new VirtualClock();
    const dataSource = createDataSource({ databaseUrl, applicationName: this.name, poolMax: 5 });
    await dataSource.initialize();
    const connection = broker.connect();
    const parking = new PostgresParkingStore({ dataSource, clock });
    const setting = { broker: connection, publisher: connection, codec, parking, clock, limits };
    await program.start({
      dataSource,
      clock,
      consume: (handlers) => startConsumers(setting, handlers),
      relay: (outbox) => {
        const relay = new OutboxRelay({
          dataSource,
          publisher: connection,
          clock,
          pollMs: 5_000,
          aheadDays: 1,
        });
        outbox.onWake(() => relay.wake());
        relay.start();
      },
      every: (intervalMs, job) => {
        const again = (): void => {
          setTimeout(
            () =>
              void job()
                .catch(() => undefined)
                .then(again),
            intervalMs,
          );
        };
        again();
      },
    });
  }
}
