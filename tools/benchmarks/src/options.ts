import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface BenchOptions {
  readonly isHelp: boolean;
  /** Names of benchmarks; all when none is given. */
  readonly names: readonly string[];
  readonly isJson: boolean;
  /** Writes the figures into the reference page. */
  readonly isWritten: boolean;
  /** Profiles the product instead of comparing it. */
  readonly isProfiled: boolean;
  /** Size of a run; each benchmark's own default when absent. */
  readonly events: number | undefined;
  readonly rounds: number;
}

/** A command line that cannot be followed; the message says why. */
export class OptionsRejected extends Error {}

/** Rounds when nothing is said; also the least that may be published. */
export const roundsDefault = 5;
const eventsMax = 10_000_000;
const roundsMax = 1_000;

/** Reads the command line. @throws OptionsRejected. */
export function parseBenchOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new OptionsRejected(
      `There is no benchmark named ${unknown.join(', ')}; there are ${known.join(', ')}.`,
    );
  }
  return {
    isHelp: values.help ?? false,
    names: positionals.length > 0 ? positionals : known,
    isJson: values.json ?? false,
    isWritten: values.write ?? false,
    isProfiled: values.profile ?? false,
    events: countOf('--events', values.events, eventsMax),
    rounds: countOf('--rounds', values.rounds, roundsMax) ?? (values.profile ? 1 : roundsDefault),
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
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
      profile: { type: 'boolean' },
      events: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
}

function countOf(option: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > max) {
    throw new OptionsRejected(`${option} takes a whole number from 1 to ${max}, not "${text}".`);
  }
  return count;
}
