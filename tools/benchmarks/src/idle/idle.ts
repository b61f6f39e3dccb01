import { setTimeout as sleep } from 'node:timers/promises';
import { serviceTable } from '@sluice/local-stack';
import type { Benchmark, PreparedBenchmark, Sample, Variant } from '../benchmark.ts';
import { type BenchmarkStack, servicePid } from '../benchmark-stack.ts';

const ours = 'every service of Sluice';
const stock = 'stock kafkajs, one consumer and one producer';
const busiest = 'busiest Node process, % of a core';
/**
 * What follows a start is over after this time: compilation, and the two whole collections of garbage that V8 makes
 * about 105 and 210 s after the last one that the start needed.
 */
const settleMsMax = 330_000;
/** Shorter runs only show that everything runs. */
const settleRunsMax = 5.5;
/** Minutes, as by default; the demo of the local stack looks for settlement reports every five seconds. */
const settings = { 'cybersource-gateway': { SETTLEMENT_POLL_MS: '900000' } };
/** The first round only shows that everything runs. */
const warmUpMsMax = 5_000;

/** Everything up and nothing to do. */
export const idle: Benchmark = {
  name: 'idle',
  workload:
    'Every built service runs as the local stack runs it, the sandbox too, but looks for settlement reports every 15 ' +
    'minutes as by default, and nothing is asked of any of them. All processes are watched over the same time, once ' +
    'what follows a start is over (330 s).',
  baselines: 'a consumer and a producer of kafkajs as they are, in one process',
  unit: 'milliseconds',
  eventsDefault: 60_000,
  async prepare(stack, milliseconds): Promise<PreparedBenchmark> {
    const names = serviceTable.map(({ name }) => name);
    const [services, stockClient] = await Promise.all([
      stack.startServices(names, settings),
      stack.startProgram({ program: 'stock-client', env: { TOPIC_FROM: 'flows.v1' } }),
    ]);
    await sleep(Math.min(settleMsMax, settleRunsMax * milliseconds));
    const watch = new Watch(stack, {
      milliseconds,
      ours: Object.fromEntries(names.map((name) => [name, servicePid(services, name)])),
      stock: { 'stock kafkajs': stockClient.program.pid },
    });
    const variant = (name: string, isBaseline: boolean): Variant => ({
      name,
      isBaseline,
      events: milliseconds,
      run: (round) => watch.sampleOf(isBaseline ? 'stock' : 'ours', round),
    });
    return {
      variants: [variant(ours, false), variant(stock, true)],
      goals: [{ measure: busiest, of: ours, bound: 'at most', target: 0.5 }],
      close: () => stack.stopPrograms(),
    };
  },
};

interface Watched {
  readonly milliseconds: number;
  readonly ours: Readonly<Record<string, number>>;
  readonly stock: Readonly<Record<string, number>>;
}

/** Watches all processes once a round; each variant takes its part of it. */
class Watch {
  private readonly stack: BenchmarkStack;
  private readonly watched: Watched;
  private readonly rounds = new Map<number, Promise<Readonly<Record<string, number>>>>();

  constructor(stack: BenchmarkStack, watched: Watched) {
    this.stack = stack;
    this.watched = watched;
  }

  async sampleOf(who: 'ours' | 'stock', round: number): Promise<Sample> {
    const watching = this.rounds.get(round) ?? this.watch(round);
    this.rounds.set(round, watching);
    const percents = await watching;
    const names = Object.keys(this.watched[who]);
    const own = names.map((name) => [name, percents[name] ?? 0] as const);
    const servers = ['PostgreSQL', 'broker'].map((name) => [name, percents[name] ?? 0] as const);
    return {
      cpuMicrosByProcess: {},
      figures: {
        [busiest]: Math.max(...own.map(([, percent]) => percent)),
        ...Object.fromEntries(who === 'ours' ? [...own, ...servers] : own),
      },
      faults: this.gone(),
    };
  }

  /** Percents of a core by process. */
  private async watch(round: number): Promise<Readonly<Record<string, number>>> {
    const { milliseconds, ours: own, stock: other } = this.watched;
    const forMs = round === 0 ? Math.min(warmUpMsMax, milliseconds) : milliseconds;
    const pids = { ...own, ...other };
    const before = this.stack.cpuMicros(pids);
    const startedMs = performance.now();
    await sleep(forMs);
    const after = this.stack.cpuMicros(pids);
    const micros = (performance.now() - startedMs) * 1_000;
    return Object.fromEntries(
      Object.entries(after).map(([name, spent]) => [
        name,
        ((spent - (before[name] ?? 0)) / micros) * 100,
      ]),
    );
  }

  private gone(): string[] {
    const pids = { ...this.watched.ours, ...this.watched.stock };
    return Object.entries(pids)
      .filter(([, pid]) => !isAlive(pid))
      .map(([name]) => `${name} does not run`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
