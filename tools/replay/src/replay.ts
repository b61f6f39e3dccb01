import { chosenStackFolder } from '@sluice/local-stack';
import { OptionFault, help, parseReplayOptions } from './replay-options.ts';
import { ReplayRefused, runReplay } from './replay-run.ts';

try {
  const options = parseReplayOptions(process.argv.slice(2), process.env, chosenStackFolder());
  if (options === undefined) process.stdout.write(help);
  else {
    const progress = options.isJson ? process.stderr : process.stdout;
    const total = await runReplay(options, (line) => progress.write(`  … ${line}\n`));
    const word = total.isDryRun ? 'would be published' : 'published again';
    const rest = total.nextSeq === null ? '' : `, go on with --from ${total.nextSeq}`;
    process.stdout.write(
      options.isJson
        ? `${JSON.stringify(total, undefined, 2)}\n`
        : `${total.rows} rows ${word}, sequence ${total.firstSeq} to ${total.lastSeq}${rest}\n`,
    );
  }
} catch (error) {
  process.exitCode = 1;
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof OptionFault) {
    process.stderr.write(`${text}. \`npm run replay -- --help\` lists the options.\n`);
  } else if (error instanceof ReplayRefused) {
    const details = error.details === undefined ? '' : ` ${JSON.stringify(error.details)}`;
    process.stderr.write(`${error.code}: ${text}${details}\n`);
  } else process.stderr.write(`The service did not answer: ${text}\n`);
}
