import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { closingLine, parseClosingLine, type TestCounts } from './closing-line-reporter.ts';

interface Step {
  readonly name: string;
  readonly title: string;
  readonly command: readonly [string, ...string[]];
}

interface Outcome {
  readonly step: Step;
  readonly hasPassed: boolean;
  readonly counts: TestCounts | undefined;
  readonly seconds: string;
}

const vitest = (project: string): [string, ...string[]] => ['vitest', 'run', '--project', project];

const steps: readonly Step[] = [
  { name: 'lint', title: 'Lint', command: ['oxlint', '--type-aware'] },
  { name: 'format', title: 'Format', command: ['oxfmt', '--check', '.'] },
  { name: 'types', title: 'Types', command: ['tsc', '-b'] },
  { name: 'unit', title: 'Unit tests', command: vitest('unit') },
  { name: 'int', title: 'Integration tests', command: vitest('int') },
  { name: 'e2e', title: 'End-to-end tests', command: vitest('e2e') },
];

const help = `Runs everything that a change must pass, one step after the other, and goes on after a failure.

  npm test -- [--only lint,format,types,unit,int,e2e]

  --only STEPS   run these steps only
  --help         show this text

The integration and end-to-end tests start servers of their own on free ports, so a running stack does not disturb them.
The last line is the sum of all tests: \`N passed, N failed\`. A failed step that counts no tests adds one failure.
`;

const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean' } } });
if (values.help === true) {
  process.stdout.write(help);
} else {
  await runSteps(chosenSteps(values.only));
}

function chosenSteps(only: string | undefined): readonly Step[] {
  if (only === undefined) return steps;
  const names = only.split(',');
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length === 0) return steps.filter(({ name }) => names.includes(name));
  process.stderr.write(`There is no step named ${unknown.join(', ')}.\n\n${help}`);
  process.exit(1);
}

async function runSteps(chosen: readonly Step[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const step of chosen) {
    process.stdout.write(`\n── ${step.title}\n`);
    outcomes.push(await runStep(step));
  }
  process.stdout.write(`\n${outcomes.map(outcomeRow).join('\n')}\n\n`);
  process.stdout.write(`${closingLine(sum(outcomes.map(countsOf)))}\n`);
  if (outcomes.some(({ hasPassed }) => !hasPassed)) process.exitCode = 1;
}

async function runStep(step: Step): Promise<Outcome> {
  const startedMs = performance.now();
  const [command, ...args] = step.command;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
    shell: process.platform === 'win32',
  });
  let counts: TestCounts | undefined;
  let unfinishedLine = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    const lines = (unfinishedLine + text).split('\n');
    unfinishedLine = lines.pop() ?? '';
    for (const line of lines) {
      const found = parseClosingLine(line);
      // Only the sum of all steps may stand alone on a line, so a step's own closing line is kept back.
      if (found === undefined) process.stdout.write(`${line}\n`);
      else counts = found;
    }
  });
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(
        `${command} cannot be run: ${error.message}. Is it installed (npm ci)?\n`,
      );
      resolve(1);
    });
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  return { step, hasPassed: code === 0, counts, seconds };
}

function outcomeRow({ step, hasPassed, counts, seconds }: Outcome): string {
  const detail = counts === undefined ? '' : `   (${closingLine(counts)})`;
  return `  ${hasPassed ? '✓' : '✗'} ${step.title.padEnd(20)} ${seconds.padStart(7)} s${detail}`;
}

function countsOf({ hasPassed, counts }: Outcome): TestCounts {
  const counted = counts ?? { passed: 0, failed: 0, skipped: 0 };
  return hasPassed || counted.failed > 0 ? counted : { ...counted, failed: 1 };
}

function sum(all: readonly TestCounts[]): TestCounts {
  return all.reduce(
    (total, each) => ({
      passed: total.passed + each.passed,
      failed: total.failed + each.failed,
      skipped: total.skipped + each.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}
