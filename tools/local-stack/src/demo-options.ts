import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stackFolders, type StackFolders } from './folders.ts';
import { StackFailure } from './stack-failure.ts';
import { readStackState } from './stack-state.ts';

/** The servers the demo speaks to, by their names in the table of addresses. */
export const demoServers = [
  'shop-twin',
  'cybersource-twin',
  'zoho-twin',
  'cybersource-gateway',
  'reconciliation',
  'console',
] as const;

export type DemoServer = (typeof demoServers)[number];

export interface DemoOptions {
  readonly isHelp: boolean;
  readonly isJson: boolean;
  /** How long all orders together may take. */
  readonly waitMsMax: number;
  /** Address of each server, without a path. */
  readonly urls: Readonly<Record<DemoServer, string>>;
  /** Guards what operators may read. */
  readonly opsToken: string;
  /** Signs what only clients of the payments API may ask. */
  readonly shopSigningSecret: string;
  /** Where the file transport of commerce-gateway writes mails. */
  readonly mailFolder: string;
}

const waitSecondsDefault = 120;

/** Reads options, then the environment, then what the running stack of the folder left on disk. */
export function parseDemoOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
): DemoOptions {
  const values = parse(args);
  const folders = stackFolders(folder);
  const isHelp = values['help'] === true;
  const given = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : env[variableOf(name)] || undefined;
  };
  const addressOf = stackAddresses(folders);
  const url = (server: DemoServer): string => {
    const found = given(`${server}-url`) ?? addressOf.get(server);
    if (found !== undefined && URL.canParse(found)) return new URL(found).origin;
    if (isHelp) return '';
    throw unknownAddress(server);
  };
  return {
    isHelp,
    isJson: values['json'] === true,
    waitMsMax: waitSeconds(values['wait']) * 1000,
    urls: Object.fromEntries(demoServers.map((server) => [server, url(server)])) as Record<
      DemoServer,
      string
    >,
    opsToken: given('ops-token') ?? secretFile(folders, 'ops-token'),
    shopSigningSecret: given('shop-signing-secret') ?? secretFile(folders, 'shop-signing-secret'),
    mailFolder: given('mail-dir') ?? join(folders.data, 'mail'),
  };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parse(args: readonly string[]): Values {
  const texts = [
    'wait',
    'ops-token',
    'shop-signing-secret',
    'mail-dir',
    ...demoServers.map((server) => `${server}-url`),
  ];
  const options = Object.fromEntries([
    ...['help', 'json'].map((name) => [name, { type: 'boolean' }] as const),
    ...texts.map((name) => [name, { type: 'string' }] as const),
  ]);
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Values;
  } catch (error) {
    const what = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw invalid(what ?? '');
  }
}

function variableOf(option: string): string {
  return option.toUpperCase().replaceAll('-', '_');
}

function waitSeconds(given: string | boolean | undefined): number {
  if (given === undefined) return waitSecondsDefault;
  const seconds = Number(given);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600) return seconds;
  throw invalid(`--wait must be whole seconds from 1 to 3600, and is ${String(given)}`);
}

function stackAddresses(folders: StackFolders): ReadonlyMap<string, string> {
  const addresses = readStackState(folders.run)?.addresses ?? [];
  return new Map(addresses.map(({ name, url }) => [name, url]));
}

function secretFile(folders: StackFolders, name: string): string {
  const file = join(folders.secrets, name);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

function unknownAddress(server: DemoServer): StackFailure {
  return new StackFailure(
    'not-running',
    `The demo does not find ${server}: no whole stack runs from this checkout. Start one with ` +
      `\`npm start\`, or name the address with --${server}-url or ${variableOf(`${server}-url`)}.`,
  );
}

function invalid(what: string): StackFailure {
  return new StackFailure(
    'invalid-option',
    `${what}. \`npm run demo -- --help\` lists the options; mind the \`--\` before them.`,
  );
}

/** What `--help` prints. */
export function demoHelp(): string {
  const urls = demoServers.map((server) => `  --${server}-url URL`).join('\n');
  return `Places five orders through the shop twin of a running stack, imports their settlement, and checks in the ledgers
of the twins that everything came out once and to the cent. Exit code 0 only when nothing is missing or doubled.

  npm run demo -- [options]

  --json         print one JSON object; progress goes to stderr
  --wait SECONDS how long all orders together may take (${waitSecondsDefault})
  --help         show this text

Addresses and secrets come from the running stack of this checkout. For another one, name them by options or by
environment variables of the same name (--shop-twin-url is SHOP_TWIN_URL):
${urls}
  --ops-token TOKEN
  --shop-signing-secret SECRET
  --mail-dir FOLDER              where commerce-gateway writes mails
`;
}
