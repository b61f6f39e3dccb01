import { StackFailure } from '@sluice/local-stack';
import type { Benchmark } from './benchmark.ts';
import { BenchmarkStack } from './benchmark-stack.ts';
import { buildPrograms } from './build-programs.ts';
import { ingressHttp } from './ingress-http/ingress-http.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { OptionsRejected, parseBenchOptions, type BenchOptions } from './options.ts';
import { path3hop } from './path-3hop/path-3hop.ts';
import { unpublishable, writePage } from './reference-page.ts';
import { reportOf } from './report.ts';
import { runRounds } from './run-rounds.ts';
import { summarize, type Summary } from './summary.ts';

/** Every benchmark; one folder each. */
const benchmarks: readonly Benchmark[] = [path3hop, ingressHttp];

const help = `npm run bench [name …] -- [options]

Measures the product against baselines in the same run, on servers of its own, and checks after every run that
nothing was lost, doubled or put out of order. Ends with a code that is not 0 when there is no figure.

Names: ${benchmarks.map(({ name }) => name).join(', ')} (all when none is given)

  --json        print one JSON object instead of tables
  --events N    size of a run (default: ${benchmarks.map((one) => `${one.eventsDefault} for ${one.name}`).join(', ')})
  --rounds N    interleaved rounds after the warm-up (default 5, the least that may be published)
  --write       write the figures into docs/reference/performance.md
`;

/** The end that a person asked for. */
class Stopped extends Error {}

async function main(): Promise<void> {
  const names = benchmarks.map(({ name }) => name);
  const options = parseBenchOptions(process.argv.slice(2), names);
  if (options.isHelp) {
    process.stdout.write(help);
    return;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Stopped(`Stopped by ${signal}.`)));
  }
  const summaries = await measureAll(options, stopping.signal);
  process.stdout.write(
    options.isJson
      ? `${JSON.stringify({ benchmarks: summaries }, undefined, 2)}\n`
      : `\n${summaries.map(reportOf).join('\n')}`,
  );
  if (summaries.some(({ refusals }) => refusals.length > 0)) process.exitCode = 1;
  if (options.isWritten) publish(summaries);
}

async function measureAll(options: BenchOptions, signal: AbortSignal): Promise<readonly Summary[]> {
  await buildPrograms();
  tell('Starting PostgreSQL, Kafka and the registry …');
  const stack = await BenchmarkStack.start(signal);
  try {
    const chosen = benchmarks.filter(({ name }) => options.names.includes(name));
    const summaries: Summary[] = [];
    for (const benchmark of chosen) {
      const measuring = measure(benchmark, stack, { ...options, signal });
      summaries.push(await Promise.race([measuring, aborted(signal)]));
    }
    return summaries;
  } finally {
    await stack.stop();
  }
}

/** Rejects when the signal aborts, so that nothing that runs holds back the end. */
async function aborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

async function measure(
  benchmark: Benchmark,
  stack: BenchmarkStack,
  options: { events: number | undefined; rounds: number; signal: AbortSignal },
): Promise<Summary> {
  tell(`${benchmark.name}: starting what it needs …`);
  const { rounds, signal } = options;
  const events = options.events ?? benchmark.eventsDefault;
  const prepared = await benchmark.prepare(stack, events);
  try {
    const measuredAt = new Date();
    const machine = await describeMachine(stack.running);
    const loadAverageBefore = loadAverage();
    const results = await runRounds(prepared.variants, { rounds, tell, signal });
    const { ratios } = prepared;
    const loads = { loadAverageBefore, loadAverageAfter: loadAverage() };
    return summarize(results, { benchmark, ratios, rounds, measuredAt, machine, ...loads });
  } finally {
    await prepared.close();
  }
}

function publish(summaries: readonly Summary[]): void {
  const reasons = summaries.map(unpublishable).filter((reason) => reason !== undefined);
  if (reasons.length > 0) {
    process.exitCode = 1;
    process.stderr.write(`Nothing was written: ${reasons.join('; ')}.\n`);
    return;
  }
  writePage(summaries);
  tell('Wrote docs/reference/performance.md.');
}

/** Progress goes to standard error, so that standard output holds the result alone. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A sentence for what is no fault of ours, the whole stack for what is. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = [OptionsRejected, StackFailure, Stopped].some((kind) => error instanceof kind);
  return isExpected ? error.message : (error.stack ?? error.message);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${textOf(error)}\n`);
  // What was being measured when it ended must not keep the process alive.
  process.exit(1);
}
