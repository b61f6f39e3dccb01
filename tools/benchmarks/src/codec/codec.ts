import type { Benchmark, PreparedBenchmark, Sample, Variant } from '../benchmark.ts';
import type { Program } from '../program.ts';
import type { CodecResult, CodecTask } from './runner/main.ts';

const ours = 'Sluice, decode with evolution';
const registryClient = 'registry client with readerSchema';
const oursBothWays = 'Sluice, encode and decode';
const json = 'JSON, stringify and parse';
/** The registry client is so slow that it gets this part of the turns. */
const registryPart = 1 / 50;

/** Encoding and decoding alone, in one process. */
export const codec: Benchmark = {
  name: 'codec',
  workload:
    'An event of 27 fields that the first version of its record has written is read as the second one, which has a field ' +
    'more; and an event is encoded to its wire format and decoded again. CPU decides.',
  baselines:
    'the client @kafkajs/confluent-schema-registry that is given the reader’s schema, and JSON over the same event ' +
    'as text, whose long integer stays a string',
  unit: 'events',
  eventsDefault: 200_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    const { program } = await stack.startProgram({ program: 'codec-runner' });
    const slow = Math.max(1, Math.round(events * registryPart));
    const variant = (name: string, task: CodecTask, count = events): Variant => ({
      name,
      isBaseline: task === 'decode-by-registry' || task === 'both-ways-in-json',
      events: count,
      run: () => runTask(program, task, count),
    });
    return {
      variants: [
        variant(ours, 'decode'),
        variant(registryClient, 'decode-by-registry', slow),
        variant(oursBothWays, 'both-ways'),
        variant(json, 'both-ways-in-json'),
      ],
      goals: [
        { measure: 'CPU', of: registryClient, to: ours, bound: 'at least', target: 50 },
        { measure: 'CPU', of: oursBothWays, to: json, bound: 'at most', target: 1 },
      ],
      close: () => stack.stopPrograms(),
    };
  },
};

async function runTask(program: Program, task: CodecTask, count: number): Promise<Sample> {
  const result = await program.call<CodecResult>('run', { task, count });
  return {
    ratePerSecond: count / result.seconds,
    cpuMicrosByProcess: { process: result.cpuMicros / count },
    faults: result.wrong === 0 ? [] : [`${result.wrong} results are not what was written`],
  };
}
