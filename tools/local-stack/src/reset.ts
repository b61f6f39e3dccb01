import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { chosenStackFolder, runCommand } from './command-line.ts';
import { openStackHome } from './stack-home.ts';
import { StackFailure } from './stack-failure.ts';

const help = `Removes the data, logs and generated passwords of the local stack; what was fetched stays.

  npm run reset -- [--yes]

  --yes   do not ask
`;

await runCommand(async () => {
  const flags = { yes: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options: flags });
  if (values.help === true) {
    process.stdout.write(help);
    return;
  }
  const home = await openStackHome(chosenStackFolder());
  const { data, logs, secrets, run, root } = home.folders;
  try {
    if (values.yes !== true && !(await isConfirmed(root))) {
      process.stdout.write('Nothing was removed.\n');
      return;
    }
    for (const folder of [data, logs, secrets, run]) rmSync(folder, { recursive: true });
    process.stdout.write(`Removed the data of the local stack in ${root}.\n`);
  } finally {
    home.close();
  }
});

async function isConfirmed(root: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new StackFailure(
      'invalid-option',
      'Removing the data needs a yes, and there is no terminal to ask on. Run `npm run reset -- --yes` if you mean it.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Remove all data of the local stack in ${root}? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
