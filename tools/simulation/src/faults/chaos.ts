import { Actor } from '../world/actor.ts';
import { world } from '../world/world.ts';
import type { ServiceProcess } from '../scene/service-process.ts';
import type { Surroundings } from '../scene/surroundings.ts';
import type { FaultFamily } from './fate.ts';

/** What strikes whole processes, servers and clocks, at instants that the seed chooses. */
export class Chaos {
  readonly #surroundings: Surroundings;
  readonly #processes: readonly ServiceProcess[];

  constructor(surroundings: Surroundings, processes: readonly ServiceProcess[]) {
    this.#surroundings = surroundings;
    this.#processes = processes;
  }

  begin(): void {
    const here = world();
    here.strike = (actor) => this.#strike(actor);
    this.#next();
  }

  /** Ends every fault: servers run, processes go on, clocks are right. */
  end(): void {
    const { fate, database, broker } = this.#surroundings;
    fate.isHealed = true;
    database.isDown = false;
    broker.isDown = false;
    for (const process of this.#processes) {
      process.actor.clockOffsetMs = 0;
      process.goOn();
    }
  }

  #next(): void {
    const here = world();
    here.planOutside(here.fate.between(400, 4_000), async () => {
      if (this.#surroundings.fate.isHealed) return;
      const { fate } = this.#surroundings;
      const able = [...this.#acts].filter(([family]) => fate.has(family));
      if (able.length > 0) await here.fate.pick(able)[1]();
      this.#next();
    });
  }

  readonly #acts = new Map<FaultFamily, () => void | Promise<void>>([
    ['kill', () => this.#kill(this.#any())],
    ['standstill', () => this.#standStill(this.#any())],
    [
      'rebalance',
      () => {
        world().countFault('rebalance');
        this.#surroundings.broker.shake();
      },
    ],
    [
      'database cut',
      async () => {
        world().countFault('connection cut');
        await this.#surroundings.database.cutOne(this.#any().actor);
      },
    ],
    [
      'database outage',
      async () => {
        const { database } = this.#surroundings;
        if (database.isDown) return;
        world().countFault('database outage');
        await database.crash();
        world().planOutside(world().fate.between(200, 6_000), () => {
          database.isDown = false;
        });
      },
    ],
    [
      'broker outage',
      () => {
        const { broker } = this.#surroundings;
        world().countFault('broker outage');
        broker.isDown = true;
        world().planOutside(world().fate.between(200, 8_000), () => {
          broker.isDown = false;
        });
      },
    ],
    [
      'clock',
      () => {
        world().countFault('clock jump');
        const jumpMs = world().fate.pick([20_000, 60_000, 60_000, 600_000]);
        this.#any().actor.clockOffsetMs = world().fate.between(-jumpMs, jumpMs);
      },
    ],
  ]);

  /** At the moment a call ends, so that every await of the product is struck in some history. */
  #strike(actor: Actor): void {
    const { fate } = this.#surroundings;
    if (fate.isHealed || actor === world().surroundings) return;
    const process = this.#processes.find((each) => each.actor === actor);
    if (process === undefined) return;
    if (fate.has('kill') && world().fate.isLucky(0.003)) this.#kill(process);
    else if (fate.has('standstill') && world().fate.isLucky(0.002)) this.#standStill(process);
  }

  #kill(process: ServiceProcess): void {
    world().countFault('kill');
    process.kill(world().fate.between(300, 9_000));
  }

  #standStill(process: ServiceProcess): void {
    world().countFault('standstill');
    process.standStill(world().fate.between(500, 45_000));
  }

  #any(): ServiceProcess {
    return world().fate.pick(this.#processes);
  }
}
