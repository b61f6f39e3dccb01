import { parseArgs } from 'node:util';
import { addressTable } from './address-table.ts';
import { chosenStackFolder, runCommand } from './command-line.ts';
import { stackFolders } from './folders.ts';
import { lockOwner } from './run-lock.ts';
import { readStackState, type ProgramState } from './stack-state.ts';

const help = `Tells what of the local stack runs where. Exits with 1 when it is not running.

  npm run status -- [--json]
`;

await runCommand(async () => {
  const flags = { json: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options: flags });
  if (values.help === true) {
    process.stdout.write(help);
    return;
  }
  const folders = stackFolders(chosenStackFolder());
  const isRunning = lockOwner(folders.run) !== undefined;
  const state = isRunning ? readStackState(folders.run) : undefined;
  if (!isRunning) process.exitCode = 1;
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify({ isRunning, ...state }, undefined, 2)}\n`);
  } else if (state === undefined) {
    const word = isRunning ? 'is only just starting' : 'is not running; `npm start` starts it';
    process.stdout.write(`The local stack ${word}.\n`);
  } else {
    const programs = state.programs.map(programLine).join('\n');
    const since = `${state.phase} since ${state.readyAt ?? state.startedAt}`;
    process.stdout.write(`Sluice: ${since}\n\n${programs}\n\n${addressTable(state.addresses)}\n`);
  }
});

function programLine(program: ProgramState): string {
  const pid = program.pid === undefined ? '' : `process ${program.pid}`;
  const restarts =
    program.restarts === 0 ? '' : `, restarted ${program.restarts}× (${program.lastExit})`;
  return `  ${program.name.padEnd(20)} ${program.state.padEnd(10)} ${pid}${restarts}`;
}
