import { StackFailure } from '@sluice/local-stack';
import { benchmarks } from './benchmarks.ts';
import { BenchmarkStack } from './benchmark-stack.ts';
import { buildPrograms } from './build-programs.ts';
import { FlameFolder } from './flame-graphs/flame-folder.ts';
import { measure } from './measure.ts';
import { OptionsRejected, parseBenchOptions, type BenchOptions } from './options.ts';
import { unpublishable, writePage } from './reference-page.ts';
import { missesOf, reportOf } from './report.ts';
import type { Summary } from './summary.ts';

const help = `npm run bench [name …] -- [options]

Measures the product against baselines in the same run, on servers of its own, and checks after every run that
nothing was lost, doubled or put out of order. Ends with code 0 when all targets are met, with 2 when a target is
missed, and with 1 when there is no figure.

Names: all when none is given. Sizes of a run, for --events:
${benchmarks.map(({ name, eventsDefault, unit }) => `  ${name.padEnd(14)} ${eventsDefault.toLocaleString('en')} ${unit}`).join('\n')}

  --json        print one JSON object instead of tables: figures with baselines, spread and targets
  --events N    size of a run
  --rounds N    interleaved rounds after the warm-up (default 5, the least that may be published)
  --write       write the figures into docs/reference/performance.md, missed targets too
  --profile     profile the product's processes instead: no baselines, one round unless --rounds is given, one
                flame graph a process in docs/assets, which the reference page links
`;

/** Ends that a caller can tell apart. */
const exitCodes = { noFigure: 1, missed: 2 } as const;

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
  tellEnd(summaries);
  // A profile costs time, so that its figures are none; only the links to its graphs are written.
  if (options.isProfiled) writePage([]);
  else if (options.isWritten) publish(summaries);
}

async function measureAll(options: BenchOptions, signal: AbortSignal): Promise<readonly Summary[]> {
  await buildPrograms();
  tell('Starting PostgreSQL, Kafka and the registry …');
  const flames = options.isProfiled ? FlameFolder.make() : undefined;
  const stack = await BenchmarkStack.start({ signal, profileFolder: flames?.folder });
  try {
    const chosen = benchmarks.filter(({ name }) => options.names.includes(name));
    const summaries: Summary[] = [];
    for (const benchmark of chosen) {
      tell(`${benchmark.name}: starting what it needs …`);
      const isProductOnly = options.isProfiled;
      const measuring = measure(benchmark, stack, { ...options, tell, signal, isProductOnly });
      summaries.push(await Promise.race([measuring, aborted(signal)]));
      for (const file of flames?.drawAll(benchmark.name) ?? []) tell(`Wrote ${file}.`);
    }
    return summaries;
  } finally {
    await stack.stop();
    flames?.remove();
  }
}

/** Rejects when the signal aborts, so that nothing that runs holds back the end. */
async function aborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function tellEnd(summaries: readonly Summary[]): void {
  const misses = summaries.flatMap(missesOf);
  for (const miss of misses) tell(`Target missed: ${miss}.`);
  if (misses.length > 0) process.exitCode = exitCodes.missed;
  const refused = summaries.filter(({ refusals }) => refusals.length > 0);
  for (const { name, refusals } of refused) tell(`No figure: ${name}: ${refusals.join('; ')}.`);
  if (refused.length > 0) process.exitCode = exitCodes.noFigure;
}

/** What may be published is written; what may not is told, and what stood before of it stays. */
function publish(summaries: readonly Summary[]): void {
  const reasons = summaries.map(unpublishable).filter((reason) => reason !== undefined);
  if (reasons.length > 0) {
    process.exitCode = exitCodes.noFigure;
    tell(`Not written: ${reasons.join('; ')}.`);
  }
  writePage(summaries.filter((summary) => unpublishable(summary) === undefined));
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
  process.exit(exitCodes.noFigure);
}
