import { defaultStackFolder } from './folders.ts';
import { StackFailure, toStackFailure } from './stack-failure.ts';

/** The folder of the stack that commands speak of; `SLUICE_DIR` names another one. */
export function chosenStackFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['SLUICE_DIR'] || defaultStackFolder;
}

/** Runs a command: a failure becomes one paragraph on stderr and an exit code that is not 0. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const failure = toStackFailure(error, chosenStackFolder());
    process.stderr.write(`\n${failure.message}\n`);
    if (!(error instanceof StackFailure) && process.env['DEBUG']) console.error(error);
    process.exitCode = 1;
  }
}
