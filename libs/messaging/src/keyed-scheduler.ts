/** How the work of one handler may run. */
export interface ScheduleLimits {
  /** Most pieces of one call. */
  readonly batchMax: number;
  /** Most calls at a time for single pieces; batches run one after the other. */
  readonly keyConcurrency: number;
}

/** A piece of work that belongs to a key and goes to one handler. */
export interface KeyedWork {
  readonly laneKey: string;
  /** Same object for all work of one handler. */
  readonly limits: ScheduleLimits;
  /** Runs in a call of its own although its handler takes batches. */
  isAlone: boolean;
}

interface Lane<W> {
  readonly queue: W[];
  /** Its first piece is ready, at work, or waiting for its next attempt. */
  isBusy: boolean;
}

interface Route<W> {
  batchable: W[];
  single: W[];
  singlesRunning: number;
  isBatchRunning: boolean;
}

/**
 * Runs work of one key strictly in order, one piece at a time, and work of different keys side by side.
 *
 * Pieces that become ready while a batch runs form the next batch, so batches grow with the load and an idle
 * consumer adds no latency. `run` must not reject; it ends every piece by `finish` or `again`.
 */
export class KeyedScheduler<W extends KeyedWork> {
  readonly #run: (pieces: readonly W[]) => Promise<void>;
  readonly #lanes = new Map<string, Lane<W>>();
  readonly #routes = new Map<ScheduleLimits, Route<W>>();
  readonly #timers = new Map<W, NodeJS.Timeout>();
  #running = 0;
  #isHeld = false;
  #isDispatchPlanned = false;
  #idleWaiters: (() => void)[] = [];

  constructor(run: (pieces: readonly W[]) => Promise<void>) {
    this.#run = run;
  }

  /** Puts a piece behind all others of its key. */
  enqueue(work: W): void {
    let lane = this.#lanes.get(work.laneKey);
    if (lane === undefined) {
      lane = { queue: [], isBusy: false };
      this.#lanes.set(work.laneKey, lane);
    }
    lane.queue.push(work);
    if (!lane.isBusy) this.#makeReady(lane, work);
  }

  /** The piece is over: the next one of its key may run. */
  finish(work: W): void {
    const lane = this.#lanes.get(work.laneKey);
    if (lane === undefined) return;
    lane.isBusy = false;
    if (lane.queue[0] === work) lane.queue.shift();
    const next = lane.queue[0];
    if (next === undefined) this.#lanes.delete(work.laneKey);
    else this.#makeReady(lane, next);
  }

  /** The piece runs again, alone, after the delay; its key waits for it. */
  again(work: W, delayMs: number): void {
    work.isAlone = true;
    const lane = this.#lanes.get(work.laneKey);
    if (lane?.queue[0] !== work) return this.finish(work);
    if (delayMs <= 0) return this.#makeReady(lane, work);
    const timer = setTimeout(() => {
      this.#timers.delete(work);
      this.#makeReady(lane, work);
    }, delayMs);
    this.#timers.set(work, timer);
  }

  /** Starts nothing new until `release`; what runs goes on. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#planDispatch();
  }

  /** Runs one ready piece although dispatch is held; false when none is ready. */
  runOne(): boolean {
    for (const route of this.#routes.values()) {
      const work = route.single.shift() ?? route.batchable.shift();
      if (work === undefined) continue;
      this.#startSingle(route, work);
      return true;
    }
    return false;
  }

  /** Drops everything that is not running. A running piece keeps its key until it is over. */
  dropWaiting(): void {
    const idle = new Set(this.#timers.keys());
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const route of this.#routes.values()) {
      for (const work of [...route.batchable, ...route.single]) idle.add(work);
      route.batchable = [];
      route.single = [];
    }
    for (const [key, lane] of this.#lanes) {
      const [head] = lane.queue;
      lane.queue.length = 0;
      // An empty queue belongs to a piece that runs and was cut off from its followers before.
      if (head !== undefined && idle.has(head)) this.#lanes.delete(key);
    }
  }

  /** Resolves when nothing runs. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #makeReady(lane: Lane<W>, work: W): void {
    lane.isBusy = true;
    const route = this.#routeOf(work);
    const isSingle = work.isAlone || work.limits.batchMax === 1;
    (isSingle ? route.single : route.batchable).push(work);
    this.#planDispatch();
  }

  #routeOf(work: W): Route<W> {
    let route = this.#routes.get(work.limits);
    if (route === undefined) {
      route = { batchable: [], single: [], singlesRunning: 0, isBatchRunning: false };
      this.#routes.set(work.limits, route);
    }
    return route;
  }

  #planDispatch(): void {
    if (this.#isDispatchPlanned || this.#isHeld) return;
    this.#isDispatchPlanned = true;
    setImmediate(() => {
      this.#isDispatchPlanned = false;
      if (this.#isHeld) return;
      for (const [limits, route] of this.#routes) this.#dispatch(limits, route);
    });
  }

  #dispatch(limits: ScheduleLimits, route: Route<W>): void {
    const free = Math.max(limits.keyConcurrency - route.singlesRunning, 0);
    for (const work of route.single.splice(0, free)) this.#startSingle(route, work);
    if (route.batchable.length === 0 || route.isBatchRunning) return;
    route.isBatchRunning = true;
    void this.#start(route.batchable.splice(0, limits.batchMax)).then(() => {
      route.isBatchRunning = false;
    });
  }

  #startSingle(route: Route<W>, work: W): void {
    route.singlesRunning += 1;
    void this.#start([work]).then(() => {
      route.singlesRunning -= 1;
    });
  }

  async #start(pieces: readonly W[]): Promise<void> {
    this.#running += 1;
    await this.#run(pieces);
    this.#running -= 1;
    this.#planDispatch();
    if (this.#running > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
