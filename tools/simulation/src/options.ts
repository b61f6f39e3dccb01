import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface SimulateOptions {
  readonly isHelp: boolean;
  /** How many seeds. */
  readonly seeds: number;
  /** The first seed; for a plant the seed that is known to catch it when absent. */
  readonly from: number | undefined;
  readonly isJson: boolean;
  /** Prints the history of the seeds. */
  readonly isTold: boolean;
  /** Name of the bug to plant; `all` plants one after the other. */
  readonly plant: string | undefined;
  readonly workers: number;
  /** Writes the reference page and runs nothing. */
  readonly isWritten: boolean;
}

/** A command line that cannot be followed; the message says why. */
export class OptionsRejected extends Error {}

const seedsDefault = 200;
const seedsMax = 1_000_000;
const fromMax = 4_000_000_000;
const workersMax = 64;

/** Reads the command line. @throws OptionsRejected. */
export function parseSimulateOptions(
  args: readonly string[],
  plants: readonly string[],
): SimulateOptions {
  const values = parse(args);
  const { plant } = values;
  if (plant !== undefined && plant !== 'all' && !plants.includes(plant)) {
    throw new OptionsRejected(
      `There is no bug named ${plant} to plant; there are ${plants.join(', ')}, and all.`,
    );
  }
  const workers = Math.min(availableParallelism(), 8);
  return {
    isHelp: values.help ?? false,
    seeds: countOf('--seeds', values.seeds, [1, seedsMax]) ?? seedsDefault,
    from: countOf('--from', values.from, [0, fromMax]),
    isJson: values.json ?? false,
    isTold: values.history ?? false,
    isWritten: values.write ?? false,
    plant,
    workers: countOf('--workers', values.workers, [1, workersMax]) ?? workers,
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseKnown> {
  try {
    return parseKnown(args);
  } catch (error) {
    throw new OptionsRejected(error instanceof Error ? error.message : String(error));
  }
}

function parseKnown(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      history: { type: 'boolean' },
      write: { type: 'boolean' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      plant: { type: 'string' },
      workers: { type: 'string' },
    },
  }).values;
}

function countOf(
  name: string,
  text: string | undefined,
  [low, high]: readonly [number, number],
): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= low && count <= high) return count;
  throw new OptionsRejected(`${name} takes a whole number from ${low} to ${high}, not ${text}.`);
}
