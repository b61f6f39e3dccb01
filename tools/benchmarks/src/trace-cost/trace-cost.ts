import type { RunningServices } from '@sluice/local-stack';
import type { Benchmark, PreparedBenchmark, Sample, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import {
  byHeaders,
  lastTopic,
  mapperName,
  pidsOf,
  startPathPrograms,
} from '../product-path/product-path.ts';
import type { Program } from '../program.ts';
import { drainVariant } from '../streams/drain-variant.ts';
import type { TopicTail } from '../streams/topic-tail.ts';

const off = 'no tracing';
const onePercent = '1 % of traces';
const all = 'all traces';
const samplingParts: Readonly<Record<string, number | undefined>> = {
  [off]: undefined,
  [onePercent]: 0.01,
  [all]: 1,
};
/** Fresh processes are slow until their code is compiled, so that each drains so much before it counts. */
const warmUpPart = 1 / 2;

/** The path of path-3hop with and without tracing. */
export const traceCost: Benchmark = {
  name: 'trace-cost',
  workload:
    'The path of path-3hop with tracing off, with 1 % of traces and with all of them sent to a collector in Zipkin’s ' +
    'format. Processes are started anew for every run and drain half as much before it counts. CPU decides.',
  baselines: 'the same path with tracing off',
  unit: 'events',
  eventsDefault: 30_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    const [sink, tail] = await Promise.all([
      stack.startProgram({ program: 'span-sink' }),
      stack.openTail(lastTopic),
    ]);
    const url = `http://127.0.0.1:${String(sink.ready['port'])}/api/v2/spans`;
    const variants = Object.entries(samplingParts).map(([name, part]) =>
      new TracedPath({
        stack,
        tail,
        sink: sink.program,
        name,
        settings: tracing(part, url),
      }).variant(events),
    );
    return {
      variants,
      goals: [
        { measure: 'CPU', of: onePercent, to: off, bound: 'at most', target: 1.03 },
        { measure: 'CPU', of: all, to: off, bound: 'at most', target: 1.25 },
      ],
      close: () => stack.stopPrograms(),
    };
  },
};

type Settings = Readonly<Record<string, string>>;

function tracing(part: number | undefined, url: string): Settings {
  if (part === undefined) return {};
  return {
    TRACES_EXPORTER: 'zipkin',
    TRACES_URL: url,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(part),
  };
}

interface TracedOptions {
  readonly stack: BenchmarkStack;
  readonly tail: TopicTail;
  readonly sink: Program;
  readonly name: string;
  readonly settings: Settings;
}

/** A path that runs only while it is measured: two mappers of one group would share the events. */
class TracedPath {
  private readonly options: TracedOptions;
  private mapper: RunningServices | undefined;

  constructor(options: TracedOptions) {
    this.options = options;
  }

  variant(events: number): Variant {
    const { name } = this.options;
    const isBaseline = name === off;
    return { name, isBaseline, events, run: (round) => this.run(round, events) };
  }

  private async run(round: number, events: number): Promise<Sample> {
    const { stack, tail, name, settings, sink } = this.options;
    const [mapper, { source, hop }] = await Promise.all([
      this.startMapper(),
      startPathPrograms(stack, settings),
    ]);
    const drain = { name, isBaseline: false, source, tail, readEvent: byHeaders };
    const pids = pidsOf({ mapper, source, hop });
    const warmUp = await drainVariant(stack, {
      ...drain,
      pids,
      events: events * warmUpPart,
    }).run(round);
    const sample = await drainVariant(stack, { ...drain, pids, events }).run(round);
    // Spans leave in batches, the last ones when the processes end.
    await Promise.all([source.stop(), hop.stop(), mapper.stop()]);
    const spans = await sink.call<number>('takeCount');
    const figures = { 'spans an event': spans / (events * (1 + warmUpPart)) };
    return {
      ...sample,
      figures,
      faults: [...warmUp.faults, ...sample.faults, ...wrong(name, spans)],
    };
  }

  /** Provisions and migrates once; afterwards the process alone is started again. */
  private async startMapper(): Promise<RunningServices> {
    if (this.mapper === undefined) {
      this.mapper = await this.options.stack.startService(mapperName, this.options.settings);
    } else {
      await this.mapper.processes[mapperName]?.start();
    }
    return this.mapper;
  }
}

function wrong(name: string, spans: number): string[] {
  if (name === off && spans > 0) return [`${spans} spans came although tracing is off`];
  if (name === all && spans === 0) return ['no spans came'];
  return [];
}
