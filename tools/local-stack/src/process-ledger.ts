import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, identify, type ProcessIdentity } from './process-identity.ts';

interface LedgerEntry extends ProcessIdentity {
  readonly name: string;
}

/**
 * The list of programs a stack has started, on disk.
 *
 * When the stack's owner dies without a word, the next start reads the list and ends what still runs. A number that
 * meanwhile belongs to another program is recognised by its start time and left alone.
 */
export class ProcessLedger {
  private readonly file: string;
  private readonly entries = new Map<string, LedgerEntry>();

  constructor(runFolder: string) {
    this.file = join(runFolder, 'processes.json');
  }

  /** Notes a program; a later one of the same name takes its place. */
  record(name: string, pid: number): void {
    const identity = identify(pid);
    if (identity === undefined) return;
    this.entries.set(name, { name, ...identity });
    writeWhole(this.file, `${JSON.stringify([...this.entries.values()], undefined, 2)}\n`);
  }

  /** Ends everything the list of an earlier owner names, the last started first; returns their names. */
  async endLeftovers(): Promise<string[]> {
    const left = readEntries(this.file).filter(
      (each) => identify(each.pid)?.startedMark === each.startedMark,
    );
    for (const each of left.toReversed()) {
      await endProcess(each, { signal: each.name === 'postgres' ? 'SIGINT' : 'SIGTERM' });
    }
    return left.map((each) => each.name);
  }
}

function readEntries(file: string): LedgerEntry[] {
  if (!existsSync(file)) return [];
  const entries: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(entries) ? entries.filter(isEntry) : [];
}

function isEntry(value: unknown): value is LedgerEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { name, pid, startedMark } = value as Record<string, unknown>;
  return typeof name === 'string' && typeof pid === 'number' && typeof startedMark === 'string';
}

/** Replaces a file at once, so that nobody ever reads half of it. */
export function writeWhole(file: string, content: string): void {
  const unfinished = `${file}.${process.pid}.part`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}
