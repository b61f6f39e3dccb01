import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readStackState } from '@sluice/local-stack';

/** What the command was asked to do. */
export interface ReplayOptions {
  readonly isJson: boolean;
  /** Address of the service, without a path. */
  readonly url: string;
  readonly opsToken: string;
  /** Rows in all; undefined for every row of the range. */
  readonly rowsMax: number | undefined;
  /** The request as the service takes it, without the bound of one call. */
  readonly request: Readonly<Record<string, string | number | boolean>>;
}

/** A fault of the person at the keyboard, in one sentence. */
export class OptionFault extends Error {
  override readonly name = 'OptionFault';
}

/** What `--help` prints. */
export const help = `Publishes rows that an outbox still keeps once more, with the same ids, in their order, at a bounded rate.

Consumers drop what their inbox has seen, so a replay reaches topics that lost data and consumers that never saw it or
forgot it. Rows that are not published yet, held, or dropped by an operator are left out. Days past the retention are
gone: the command then says where the range may begin. Who asked and why is recorded in the service's database.

  npm run replay -- --service NAME --from X [options]

  --service NAME   service of the running stack of this checkout, for example cybersource-gateway
  --url URL        address of a service elsewhere, in place of --service
  --from X         first sequence, or an instant (2026-01-31T08:00:00Z)
  --to X           last sequence, or the instant before which to end
  --key KEY        only events of this key
  --type TYPE      only events of this type, for example sluice.payments.v1.PaymentCaptured
  --rate N         rows a second, 1 to 10000 (500)
  --max N          rows in all; without it every row of the range
  --reason TEXT    why; needed unless --dry-run
  --maker NAME     who; the name of this machine's user when left out
  --dry-run        count what would be published, publish nothing
  --json           print one JSON object; progress goes to stderr
  --help           show this text

The token of the operator endpoints comes from OPS_TOKEN or the file that OPS_TOKEN_FILE names, else from the running
stack of this checkout. Exit code 0 when the whole range was published.
`;

const flags = {
  service: { type: 'string' },
  url: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  key: { type: 'string' },
  type: { type: 'string' },
  rate: { type: 'string' },
  max: { type: 'string' },
  reason: { type: 'string' },
  maker: { type: 'string' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = Readonly<Partial<Record<keyof typeof flags, string | boolean>>>;

/** Reads the command line, the environment and the running stack; undefined when help was asked for. @throws OptionFault. */
export function parseReplayOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
): ReplayOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const isDryRun = values['dry-run'] === true;
  const from = textOf(values, 'from');
  if (from === undefined) throw new OptionFault('--from is missing: a sequence or an instant');
  const reason = textOf(values, 'reason') ?? (isDryRun ? 'Dry run' : undefined);
  if (reason === undefined) throw new OptionFault('--reason is missing: say why, it is recorded');
  return {
    isJson: values.json === true,
    url: urlOf(values, folder),
    opsToken: tokenOf(env, folder),
    rowsMax: numberOf(values, 'max', Number.MAX_SAFE_INTEGER),
    request: definedOf({
      ...boundOf('from', from),
      ...boundOf('to', textOf(values, 'to')),
      key: textOf(values, 'key'),
      type: textOf(values, 'type'),
      ratePerSecond: numberOf(values, 'rate', 10_000),
      isDryRun: isDryRun || undefined,
      maker: textOf(values, 'maker') ?? userInfo().username,
      reason,
    }),
  };
}

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true }).values;
  } catch (error) {
    throw new OptionFault(error instanceof Error ? (error.message.split('. ')[0] ?? '') : '');
  }
}

function textOf(values: Values, name: keyof typeof flags): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(values: Values, name: keyof typeof flags, max: number): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1 && number <= max) return number;
  throw new OptionFault(`--${name} must be a whole number from 1 to ${max}, and is ${text}`);
}

function boundOf(name: 'from' | 'to', text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  if (/^\d{1,18}$/.test(text)) return { [`${name}Seq`]: text };
  const instantMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instantMs)) {
    throw new OptionFault(`--${name} must be a sequence or an instant, and is ${text}`);
  }
  return { [name]: new Date(instantMs).toISOString() };
}

function urlOf(values: Values, folder: string): string {
  const given = textOf(values, 'url');
  if (given !== undefined && URL.canParse(given)) return new URL(given).origin;
  if (given !== undefined) throw new OptionFault(`--url is no address: ${given}`);
  const service = textOf(values, 'service');
  if (service === undefined) throw new OptionFault('--service or --url is missing');
  const addresses = readStackState(join(folder, 'run'))?.addresses ?? [];
  const found = addresses.find(({ name }) => name === service);
  if (found !== undefined) return new URL(found.url).origin;
  const names = addresses.map(({ name }) => name).join(', ') || 'no stack runs from this checkout';
  throw new OptionFault(`There is no service ${service} (${names}); or name its --url`);
}

function tokenOf(env: NodeJS.ProcessEnv, folder: string): string {
  const given = env['OPS_TOKEN'];
  if (given) return given;
  const file = env['OPS_TOKEN_FILE'] || join(folder, 'secrets', 'ops-token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new OptionFault('The token is missing: set OPS_TOKEN or OPS_TOKEN_FILE');
  }
}

function definedOf(
  given: Readonly<Record<string, string | number | boolean | undefined>>,
): Readonly<Record<string, string | number | boolean>> {
  const defined: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
