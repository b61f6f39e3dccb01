import { readdirSync, readFileSync } from 'node:fs';

/** One line of the kernel's process table. */
export interface ProcessTimes {
  readonly pid: number;
  readonly parentPid: number;
  /** User and system time, with that of children that have ended, in clock ticks. */
  readonly ticks: number;
}

/** Linux counts process times in hundredths of a second, whatever its own clock does. */
const tickMicros = 10_000;

/** Reads one `/proc/<pid>/stat`. The command stands in parentheses and may hold anything. */
export function parseStat(stat: string): ProcessTimes {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const times = fields.slice(11, 15).map(Number);
  return {
    pid: Number.parseInt(stat, 10),
    parentPid: Number(fields[1]),
    ticks: times.reduce((sum, ticks) => sum + ticks, 0),
  };
}

/** Ticks of a process and everything that descends from it. */
export function ticksOfTree(rootPid: number, table: readonly ProcessTimes[]): number {
  const children = Map.groupBy(table, ({ parentPid }) => parentPid);
  const sum = (one: ProcessTimes): number =>
    (children.get(one.pid) ?? []).reduce((total, child) => total + sum(child), one.ticks);
  const root = table.find(({ pid }) => pid === rootPid);
  return root === undefined ? 0 : sum(root);
}

/** CPU time so far of each process with its children, in microseconds; none where there is no `/proc`. */
export function cpuMicros(pids: Readonly<Record<string, number>>): Record<string, number> {
  const table = readTable();
  if (table.length === 0) return {};
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [name, ticksOfTree(pid, table) * tickMicros]),
  );
}

/** CPU time between two readings, in microseconds an event. */
export function cpuPerEvent(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  events: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, micros]) => [name, (micros - (before[name] ?? 0)) / events]),
  );
}

function readTable(): ProcessTimes[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))];
      } catch {
        return [];
      }
    });
}
