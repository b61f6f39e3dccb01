import { parseArgs } from 'node:util';

export interface StormOptions {
  readonly isHelp: boolean;
  readonly isJson: boolean;
  /** How long faults go on. */
  readonly stormMs: number;
  /** How long everything may take to end after the last fault. */
  readonly healMsMax: number;
  readonly seed: number;
  /** Pause between two orders. */
  readonly orderEveryMs: number;
  /** Whether data and logs are kept, also after a storm that found nothing. */
  readonly isKept: boolean;
}

/** An option that cannot be used; the message is for the person who typed it. */
export class OptionRefused extends Error {}

export const help = `Runs the whole product under load and random faults, heals everything, and judges what is left.

  npm run storm -- [--minutes N] [--seed N] [--json]

  --minutes N      how long faults go on                                          [10]
  --seed N         decides every fault, its time and its target                   [random]
  --heal N         seconds in which everything must have ended after the storm    [180]
  --order-every N  milliseconds between two orders                                [1500]
  --json           print one JSON object at the end and nothing else
  --keep           keep data and logs, also when nothing was found
  --help           show this text

Three Kafka brokers, PostgreSQL, the registry, every service and the third parties' twins run as processes of their
own, on free ports, with a TCP fault proxy on every line between them. Needs a Java of at least 21, as \`npm start\` does. One
fault fills the disk of PostgreSQL's write-ahead log; it needs the right to mount a tmpfs, and a machine without it is
told of in the result.

The result names the faults by kind, the invariants with the number of things looked at, what was lost, what was
doubled, and every violation. The exit code is 0 only when there is none. A storm with violations keeps its folder.
`;

/** Reads the command line. Throws OptionRefused. */
export function parseStormOptions(args: readonly string[], randomSeed: number): StormOptions {
  const values = parse(args);
  return {
    isHelp: values['help'] === true,
    isJson: values['json'] === true,
    isKept: values['keep'] === true,
    stormMs: numberOf(values, { name: 'minutes', fallback: 10, min: 0.1, max: 24 * 60 }) * 60_000,
    healMsMax: numberOf(values, { name: 'heal', fallback: 180, min: 1, max: 3_600 }) * 1_000,
    seed: numberOf(values, { name: 'seed', fallback: randomSeed, min: 0, max: 2 ** 32 - 1 }),
    orderEveryMs: numberOf(values, { name: 'order-every', fallback: 1_500, min: 20, max: 60_000 }),
  };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parse(args: readonly string[]): Values {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: text,
        seed: text,
        heal: text,
        'order-every': text,
        json: flag,
        keep: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new OptionRefused(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(
  values: Values,
  option: {
    readonly name: string;
    readonly fallback: number;
    readonly min: number;
    readonly max: number;
  },
): number {
  const { name, fallback, min, max } = option;
  const text = values[name];
  if (text === undefined) return fallback;
  const number = Number(text);
  if (text !== '' && number >= min && number <= max) return number;
  throw new OptionRefused(`--${name} must be a number from ${min} to ${max}.`);
}
