import { buildWorker, PlantNotFound } from './build-worker.ts';
import { OptionsRejected, parseSimulateOptions, type SimulateOptions } from './options.ts';
import { plants } from './plants.ts';
import { huntPlants } from './plant-hunt.ts';
import type { SeedReport } from './protocol.ts';
import { writePage } from './reference-page.ts';
import { canarySeed, isGood, summarize, textOf } from './summary.ts';
import { runSeeds, Servers } from './worker-pool.ts';

const help = `npm run simulate -- [options]

Runs the real outbox, relay, inbox, consumers, parking, effects and payment gateway in one process, in virtual time and
under injected faults, one history per seed, and checks after each that no promise was broken. The same seed always has
the same history. Ends with a code that is not 0 when an invariant was broken.

  --seeds N      how many seeds (default 200)
  --from N       the first seed (default 1); 0 is the canary, which must fail
  --json         print one JSON object
  --history      print the history of every seed
  --plant NAME   plant a bug and look for the seed that catches it; \`all\` for each of
                 ${plants.map(({ name }) => name).join(', ')};
                 begins with the seed that is known to catch it unless --from is given
  --write        write docs/reference/simulation.md and run nothing
  --workers N    processes, each with a PostgreSQL of its own (default: one for each core, at most 8)
  --help         show this text
`;

/** The end that a person asked for. */
class Stopped extends Error {}

async function main(): Promise<void> {
  const names = plants.map(({ name }) => name);
  const options = parseSimulateOptions(process.argv.slice(2), names);
  if (options.isHelp) {
    process.stdout.write(help);
    return;
  }
  if (options.isWritten) {
    writePage();
    return;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Stopped(`Stopped by ${signal}.`)));
  }
  const servers = await Servers.start(options.workers, stopping.signal);
  try {
    if (options.plant === undefined) await simulate(options, servers, stopping.signal);
    else await hunt(options, servers, stopping.signal);
    stopping.signal.throwIfAborted();
  } finally {
    await servers.stop();
  }
}

async function simulate(
  options: SimulateOptions,
  servers: Servers,
  signal: AbortSignal,
): Promise<void> {
  const file = await buildWorker();
  const startedMs = performance.now();
  const reports: SeedReport[] = [];
  const { seeds: count, from = 1 } = options;
  const seeds = [canarySeed, ...range(from, from + count - 1)];
  const source = {
    next: () => seeds.shift(),
    done: (report: SeedReport) => {
      reports.push({ ...report, lines: [] });
      if (options.isTold && report.seed >= from) tellHistory(report);
      if (!options.isJson) tellProgress(report);
    },
  };
  await runSeeds({ file, isTold: options.isTold }, servers, { source, signal });
  const durationMs = Math.round(performance.now() - startedMs);
  const summary = summarize(reports, { seeds: count, from, durationMs });
  process.stdout.write(options.isJson ? `${JSON.stringify(summary)}\n` : textOf(summary));
  if (!isGood(summary)) process.exitCode = 1;
}

async function hunt(
  options: SimulateOptions,
  servers: Servers,
  signal: AbortSignal,
): Promise<void> {
  const chosen = plants.filter(({ name }) => options.plant === 'all' || name === options.plant);
  const catches = await huntPlants(chosen, servers, { options, signal });
  if (options.isJson) process.stdout.write(`${JSON.stringify({ plants: catches })}\n`);
  else {
    for (const { name, seed, violations } of catches) {
      const [first] = violations;
      const found = first === undefined ? '' : `invariant ${first.invariant}: ${first.detail}`;
      process.stdout.write(
        `${name}: ${seed === undefined ? 'NOT caught' : `seed ${seed}, ${found}`}\n`,
      );
    }
  }
  if (catches.some(({ seed }) => seed === undefined)) process.exitCode = 1;
}

function tellHistory(report: SeedReport): void {
  process.stdout.write(`── seed ${report.seed}\n${report.lines.join('')}`);
}

function tellProgress({ seed, violations, digest, realMs }: SeedReport): void {
  if (seed === canarySeed || violations.length === 0) {
    if (seed % 100 === 0 && seed !== canarySeed) process.stderr.write(`seed ${seed} …\n`);
    return;
  }
  process.stderr.write(`seed ${seed} broke an invariant (${digest.slice(0, 12)}, ${realMs} ms)\n`);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

try {
  await main();
} catch (error) {
  if (error instanceof OptionsRejected) process.stderr.write(`${error.message}\n\n${help}`);
  else if (error instanceof Stopped || error instanceof PlantNotFound) {
    process.stderr.write(`${error.message}\n`);
  } else throw error;
  process.exitCode = 1;
}
