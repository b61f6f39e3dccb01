import { parseArgs } from 'node:util';
import { chosenStackFolder, runCommand } from './command-line.ts';
import { stackFolders } from './folders.ts';
import { endProcess } from './process-identity.ts';
import { lockOwner } from './run-lock.ts';
import { openStackHome } from './stack-home.ts';
import { removeStackState } from './stack-state.ts';

const orderlyStopMs = 90_000;

await runCommand(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help === true) {
    process.stdout.write('Stops the local stack in order and keeps its data.\n\n  npm stop\n');
    return;
  }
  const folder = chosenStackFolder();
  const owner = lockOwner(stackFolders(folder).run);
  if (owner !== undefined) await endProcess(owner, { graceMs: orderlyStopMs });
  const home = await openStackHome(folder);
  removeStackState(home.folders.run);
  home.close();
  const left = home.leftovers.length === 0 ? '' : ` Also ended: ${home.leftovers.join(', ')}.`;
  const what = owner === undefined ? 'The local stack was not running.' : 'Stopped.';
  process.stdout.write(`${what}${left}\n`);
});
