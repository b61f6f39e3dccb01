import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { writeWhole } from './process-ledger.ts';

/** One program in the state file. */
export interface ProgramState {
  readonly name: string;
  readonly state: 'running' | 'restarting' | 'stopped';
  readonly pid?: number;
  readonly startedAt: string;
  readonly restarts: number;
  readonly lastExit?: string;
  readonly log: string;
}

/** An address for people or scripts. */
export interface Address {
  readonly name: string;
  readonly title: string;
  readonly url: string;
}

/** What runs where; the content of `run/stack.json` and of `npm run status -- --json`. */
export interface StackState {
  readonly phase: 'starting' | 'ready' | 'stopping';
  readonly owner: ProcessIdentity;
  readonly startedAt: string;
  readonly readyAt?: string;
  readonly addresses: readonly Address[];
  readonly programs: readonly ProgramState[];
}

const stateFile = (runFolder: string): string => join(runFolder, 'stack.json');

export function writeStackState(runFolder: string, state: Omit<StackState, 'owner'>): void {
  const owner = identify(process.pid);
  writeWhole(stateFile(runFolder), `${JSON.stringify({ owner, ...state }, undefined, 2)}\n`);
}

/** The state of the stack that its living owner wrote last, or nothing. */
export function readStackState(runFolder: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(runFolder), 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

export function removeStackState(runFolder: string): void {
  rmSync(stateFile(runFolder), { force: true });
}
