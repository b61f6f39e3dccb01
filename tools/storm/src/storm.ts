import { randomInt } from 'node:crypto';
import { describeReport } from './report.ts';
import { runStorm } from './run-storm.ts';
import { help, OptionRefused, parseStormOptions } from './storm-options.ts';

const seedMax = 2 ** 32 - 1;
const givenUp = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => givenUp.abort());
}

try {
  const options = parseStormOptions(process.argv.slice(2), randomInt(seedMax));
  if (options.isHelp) {
    process.stdout.write(help);
  } else {
    const tell = (line: string): void => {
      if (!options.isJson) process.stdout.write(`${line}\n`);
    };
    const report = await runStorm(options, tell, givenUp.signal);
    process.stdout.write(
      options.isJson ? `${JSON.stringify(report, undefined, 2)}\n` : `\n${describeReport(report)}`,
    );
    if (report.violations.length > 0) process.exitCode = 1;
  }
} catch (error) {
  if (givenUp.signal.aborted) process.exit(130);
  if (!(error instanceof OptionRefused)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
