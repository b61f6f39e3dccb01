import type { Benchmark, PreparedBenchmark } from '../benchmark.ts';
import { byHeaders, byJson, startHosted } from '../product-path/product-path.ts';
import { pacedVariant } from '../streams/paced-variant.ts';

const sparse = 'Sluice, a row every 10 ms';
const busy = 'Sluice, 6,000 rows a second';
const polling = 'polling every 100 ms, a row every 10 ms';
const naiveTopic = 'benchmark.wake.naive';
const sparseRate = 100;
const busyRate = 6_000;

/** From the commit of a row to its arrival at a reader of the topic. */
export const relayWake: Benchmark = {
  name: 'relay-wake',
  workload:
    'One row is committed every 10 ms, and in a second variant 6,000 a second in the commits that fit; latency ' +
    'counts from the commit to the arrival at a reader of the topic.',
  baselines:
    'a relay that looks every 100 ms (`tools/benchmarks/src/naive`), as long as nothing waits',
  unit: 'events',
  eventsDefault: 1_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    await stack.makeTopics([naiveTopic]);
    const topic = 'cybersource.notifications.v1';
    const [source, naive, tail, naiveTail] = await Promise.all([
      startHosted(stack, { program: 'product-source', database: 'relay-wake' }),
      stack.startProgram({
        program: 'naive-source',
        env: { TOPIC_TO: naiveTopic, DATABASE_URL: await stack.makeDatabase('wake-naive') },
      }),
      stack.openLiveTail(topic, byHeaders),
      stack.openLiveTail(naiveTopic, byJson),
    ]);
    const seconds = events / sparseRate;
    const own = { isBaseline: false, seconds, source, tail, since: 'commit' as const };
    const pids = { relay: source.pid };
    return {
      variants: [
        pacedVariant(stack, { ...own, name: sparse, ratePerSecond: sparseRate, pids }),
        pacedVariant(stack, { ...own, name: busy, ratePerSecond: busyRate, pids }),
        pacedVariant(stack, {
          name: polling,
          isBaseline: true,
          ratePerSecond: sparseRate,
          seconds,
          source: naive.program,
          tail: naiveTail,
          pids: { relay: naive.program.pid },
          since: 'commit',
        }),
      ],
      goals: [
        { measure: 'p99 ms', of: sparse, bound: 'at most', target: 10 },
        { measure: 'p99 ms', of: busy, bound: 'at most', target: 50 },
      ],
      close: () => stack.stopPrograms(),
    };
  },
};
