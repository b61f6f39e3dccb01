import { addressTable } from './address-table.ts';
import { chosenStackFolder, runCommand } from './command-line.ts';
import { startDetached } from './detached-start.ts';
import { LocalRun, type DemoOutcome } from './local-run.ts';
import { openStackHome } from './stack-home.ts';
import { readStackState } from './stack-state.ts';
import { parseStartOptions, startHelp, type StartOptions } from './start-options.ts';

const interrupted = 130;

await runCommand(async () => {
  const args = process.argv.slice(2);
  const options = parseStartOptions(args, process.env);
  if (options.isHelp) {
    process.stdout.write(startHelp());
  } else if (options.isDetached) {
    await startDetached(args, options);
  } else {
    await startHere(options);
  }
});

async function startHere(options: StartOptions): Promise<void> {
  const output = options.isJson ? process.stderr : process.stdout;
  const print = (line: string): void => void output.write(`${line}\n`);
  const startedMs = performance.now();
  const home = await openStackHome(chosenStackFolder());
  if (home.leftovers.length > 0) {
    print(`An earlier run died and left programs behind; ended: ${home.leftovers.join(', ')}.`);
  }
  const run = new LocalRun(options, home, print);
  const ended = endOnSignal(run, print);
  print('Starting Sluice');
  let demo: DemoOutcome;
  try {
    demo = await run.start();
  } catch (error) {
    if (ended.isAsked()) return await ended.promise;
    ended.forget();
    throw error;
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  print(`\n${addressTable(run.addresses())}\n\n${outcomeLine(demo)}`);
  print(`Ready after ${seconds} s. Ctrl-C (or \`npm stop\`) stops everything and keeps the data.`);
  run.markReady();
  if (options.isJson) {
    process.stdout.write(`${JSON.stringify(readStackState(home.folders.run), undefined, 2)}\n`);
  }
  if (demo === 'failed') process.exitCode = 1;
  await ended.promise;
}

function outcomeLine(demo: DemoOutcome): string {
  if (demo === 'passed') return 'Demo: all orders came out as they should.';
  if (demo === 'failed') return 'Demo: something is missing or doubled, see above.';
  return 'Demo: not run; `npm run demo` runs it against this stack.';
}

interface Ending {
  readonly promise: Promise<void>;
  isAsked(): boolean;
  /** Waits for no signal any more, so that the process can end. */
  forget(): void;
}

/** The first signal stops in order; a second one ends everything at once. */
function endOnSignal(run: LocalRun, print: (line: string) => void): Ending {
  let signals = 0;
  const promise = new Promise<void>((resolve, reject) => {
    const onSignal = (): void => {
      signals += 1;
      if (signals === 1) {
        print('\nStopping in order; once more ends everything at once.');
        run.stop().then(() => {
          print('Stopped. The data stays in .sluice/.');
          resolve();
        }, reject);
      } else {
        void run.kill().then(() => process.exit(interrupted));
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    process.once('uncaughtException', (fault) => {
      print(`\nStopping in order because of a fault of our own: ${fault.stack ?? fault.message}`);
      void rejectAfterStop(fault);
    });
    const rejectAfterStop = async (fault: Error): Promise<void> => {
      await run.stop();
      reject(fault);
    };
  });
  // Signal handlers alone do not keep a process alive.
  const keepAlive = setInterval(() => undefined, 60_000);
  const forget = (): void => clearInterval(keepAlive);
  return { promise: promise.finally(forget), isAsked: () => signals > 0, forget };
}
