import { chosenStackFolder, runCommand } from './command-line.ts';
import { demoHelp, parseDemoOptions } from './demo-options.ts';
import { demoJson, demoText } from './demo-report.ts';
import { runDemo } from './demo-run.ts';

await runCommand(async () => {
  const options = parseDemoOptions(process.argv.slice(2), process.env, chosenStackFolder());
  if (options.isHelp) {
    process.stdout.write(demoHelp());
    return;
  }
  const progress = options.isJson ? process.stderr : process.stdout;
  const findings = await runDemo(options, (line) => progress.write(`  … ${line}\n`));
  process.stdout.write(
    options.isJson
      ? `${JSON.stringify(demoJson(findings), undefined, 2)}\n`
      : `\n${demoText(findings)}`,
  );
  if (findings.faults.length > 0) process.exitCode = 1;
});
