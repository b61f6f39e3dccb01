import { parseArgs } from 'node:util';
import { defaultServicePorts, infrastructurePorts, serviceTable } from './service-table.ts';
import type { WantedPort } from './ports.ts';
import { isRefusedByFetch } from './refused-ports.ts';
import { StackFailure } from './stack-failure.ts';
import type { ExistingServers, StackPart } from './stack.ts';

export interface StartOptions {
  readonly isHelp: boolean;
  readonly isJson: boolean;
  readonly isDetached: boolean;
  readonly isDemoWanted: boolean;
  /** The services to start. */
  readonly services: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
  readonly existing: ExistingServers;
}

const allPorts: Readonly<Record<string, number>> = {
  ...defaultServicePorts(),
  ...infrastructurePorts,
};

/** Their protocols are their own, so they may have any port. */
const partsWithoutHttp: ReadonlySet<string> = new Set(['postgres', 'kafka']);

/** The option that chooses a named port. */
export function portOption(name: string): string {
  return `--${name}-port`;
}

/** Reads options and environment. An unknown option or a port that is none is a failure that names it. */
export function parseStartOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const values = parse(args);
  const ports = Object.entries(allPorts).map(([name, port]) => {
    const given = values[`${name}-port`];
    return [name, typeof given === 'string' ? parsePort(name, given) : port] as const;
  });
  return {
    isHelp: values['help'] === true,
    isJson: values['json'] === true,
    isDetached: values['detach'] === true,
    isDemoWanted: values['no-demo'] !== true,
    services: parseServices(values['services']),
    ports: Object.fromEntries(ports),
    existing: {
      databaseUrl: env['DATABASE_URL'] || undefined,
      kafkaBrokers: env['KAFKA_BROKERS'] || undefined,
      schemaRegistryUrl: env['SCHEMA_REGISTRY_URL'] || undefined,
    },
  };
}

function parse(args: readonly string[]): Record<string, string | boolean | undefined> {
  const flags = ['help', 'json', 'detach', 'no-demo'].map((name) => [name, { type: 'boolean' }]);
  const texts = ['services', ...Object.keys(allPorts).map((name) => `${name}-port`)].map((name) => [
    name,
    { type: 'string' },
  ]);
  const options = Object.fromEntries([...flags, ...texts]) as Record<
    string,
    { type: 'boolean' | 'string' }
  >;
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

function parsePort(name: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw invalid(`${portOption(name)} must be a port from 1 to 65535, and is ${text}`);
  }
  if (isRefusedByFetch(port) && !partsWithoutHttp.has(name)) {
    throw invalid(
      `${portOption(name)} is ${text}, a port that browsers and \`fetch\` refuse to open because ` +
        'another protocol owns it, so nobody could reach what listens there; choose another port',
    );
  }
  return port;
}

function parseServices(given: string | boolean | undefined): readonly string[] {
  const known = serviceTable.map(({ name }) => name);
  if (typeof given !== 'string') return known;
  if (given === 'none') return [];
  const wanted = given.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length === 0) return wanted;
  throw invalid(`--services names ${unknown.join(', ')}; there are ${known.join(', ')}`);
}

function invalid(what: string): StackFailure {
  return new StackFailure(
    'invalid-option',
    `${what}. \`npm start -- --help\` lists the options; mind the \`--\` before them.`,
  );
}

/** The ports that must be free: those of everything that will be started here. */
export function wantedPorts(options: StartOptions): WantedPort[] {
  const own = serviceTable
    .filter((entry) => options.services.includes(entry.name))
    .flatMap((entry) => entry.ports.map(({ name }) => name));
  return [...own, ...embeddedParts(options)].map((name) => ({
    name,
    port: options.ports[name] ?? 0,
    option: portOption(name),
  }));
}

/** The parts that no existing server takes the place of. */
export function embeddedParts({ existing }: StartOptions): StackPart[] {
  const parts: StackPart[] = ['zipkin'];
  if (!existing.databaseUrl) parts.push('postgres');
  if (!existing.kafkaBrokers) parts.push('kafka');
  if (!existing.schemaRegistryUrl) parts.push('registry');
  return parts;
}

/** What `--help` prints. */
export function startHelp(): string {
  const ports = Object.entries(allPorts).map(
    ([name, port]) => `  ${`${portOption(name)} PORT`.padEnd(34)} ${port}`,
  );
  return `Starts the whole of Sluice on this machine, runs the demo and stays up until Ctrl-C.

  npm start -- [options]

  --no-demo      start only, place no demo orders
  --detach       return when all is ready; \`npm stop\` ends it
  --json         print one JSON object about what runs where; progress goes to stderr
  --services A,B start only these services; "none" starts only the servers
  --help         show this text

Ports and their defaults:
${ports.join('\n')}

Use servers that run already instead of the embedded ones, by environment variables:
  DATABASE_URL         a PostgreSQL 15 or newer, as a user who may create roles and schemas
  KAFKA_BROKERS        addresses separated by commas
  SCHEMA_REGISTRY_URL  the address with the path of Confluent's API
  SLUICE_JAVA          the Java (21 or newer) that runs the embedded servers

Data, logs and generated passwords stay in .sluice/; \`npm run reset\` removes them.
`;
}
