import { databaseSchemaOf } from '@sluice/local-stack';
import type { Benchmark, PreparedBenchmark } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import {
  lastTopic,
  mapperName,
  startProductPath,
  type ProductPath,
} from '../product-path/product-path.ts';
import { type Victim, victimVariant } from './victim-variant.ts';

const recoveredSecondsMax = 10;

/** Sudden deaths during a drain. */
export const recovery: Benchmark = {
  name: 'recovery',
  workload:
    'The path of path-3hop drains; when a quarter has come out one process is ended by kill -9 and started again at once, as ' +
    'a supervisor does. Afterwards every event must have come out, in order, with one effect each; an event may come ' +
    'out twice, because the next inbox drops it. `seconds to 90 %` counts from the kill to the end of the first second ' +
    'in which 90 % of the rate before came out, or of the whole drain.',
  baselines: 'its own rate before the kill',
  unit: 'events',
  eventsDefault: 20_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    const path = await startProductPath(stack);
    const tail = await stack.openTail(lastTopic);
    const bookings = `${databaseSchemaOf('benchmark-hop')}.booking`;
    const drained = { stack, tail, bookings, source: path.source, events };
    const variants = victimsOf(stack, path).map((victim, index) =>
      victimVariant({ ...drained, victim, isWarmUp: index === 0 }),
    );
    return {
      variants,
      goals: variants.map(({ name }) => ({
        measure: 'seconds to 90 %',
        of: name,
        bound: 'at most' as const,
        target: recoveredSecondsMax,
      })),
      close: () => stack.stopPrograms(),
    };
  },
};

function victimsOf(stack: BenchmarkStack, path: ProductPath): readonly Victim[] {
  const { postgres } = stack.running.processes;
  const mapper = path.mapper.processes[mapperName];
  return [
    {
      name: 'kill -9 of the relay',
      kill: () => path.source.kill(),
      start: () => path.source.restart(),
    },
    {
      name: 'kill -9 of the mapper',
      kill: async () => await mapper?.kill(),
      start: async () => await mapper?.start(),
    },
    { name: 'kill -9 of the hop', kill: () => path.hop.kill(), start: () => path.hop.restart() },
    {
      name: 'kill -9 of PostgreSQL',
      kill: async () => await postgres?.kill(),
      start: async () => await postgres?.start(),
    },
  ];
}
