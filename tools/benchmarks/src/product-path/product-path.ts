import type { KafkaMessage } from 'kafkajs';
import type { RunningServices } from '@sluice/local-stack';
import { type BenchmarkStack, servicePid } from '../benchmark-stack.ts';
import type { Program } from '../program.ts';
import type { SeenEvent } from '../streams/stream-check.ts';

/** The service that maps, as the local stack names it. */
export const mapperName = 'canonical-mapper';

/** Where the product's path ends. */
export const lastTopic = 'zoho.commands.v1';

const hopDeadLetters = 'payments.v1.benchmark.request-booking.dlt';

/** The product's processes over three hops. */
export interface ProductPath {
  readonly source: Program;
  readonly mapper: RunningServices;
  readonly hop: Program;
}

type Settings = Readonly<Record<string, string>>;

/** Starts source, built mapper and hop, with more settings for all of them. */
export async function startProductPath(
  stack: BenchmarkStack,
  settings: Settings = {},
): Promise<ProductPath> {
  const [mapper, programs] = await Promise.all([
    stack.startService(mapperName, settings),
    startPathPrograms(stack, settings),
  ]);
  return { mapper, ...programs };
}

/** Starts source and hop, without the mapper between them. */
export async function startPathPrograms(
  stack: BenchmarkStack,
  settings: Settings = {},
): Promise<Omit<ProductPath, 'mapper'>> {
  await stack.makeTopics([hopDeadLetters]);
  const [source, hop] = await Promise.all([
    startHosted(stack, { program: 'product-source', database: 'benchmark-source', settings }),
    startHosted(stack, { program: 'product-hop', database: 'benchmark-hop', settings }),
  ]);
  return { source, hop };
}

/** Process ids by what the processes do. */
export function pidsOf({ source, mapper, hop }: ProductPath): Readonly<Record<string, number>> {
  return { relay: source.pid, mapper: servicePid(mapper, mapperName), 'hop with relay': hop.pid };
}

/** How to start one of the programs that stand on the product's own service host. */
export interface HostedOptions {
  readonly program: 'product-source' | 'product-hop';
  /** Tells programs of one file apart. @default the program's name */
  readonly name?: string;
  readonly database: string;
  readonly settings?: Settings;
}

/** Starts a program that stands on the product's own service host. */
export async function startHosted(
  stack: BenchmarkStack,
  { program, name = program, database, settings = {} }: HostedOptions,
): Promise<Program> {
  const env = {
    DATABASE_URL: await stack.makeDatabase(database),
    HTTP_PORT: '0',
    OPS_TOKEN: stack.running.home.secrets.get('ops-token'),
    ...settings,
  };
  return (await stack.startProgram({ program, name, env })).program;
}

/** A hop that reads a topic of the benchmark's own. */
export interface HopOptions {
  /** Names the process, its group and its database. */
  readonly name: string;
  readonly topic: string;
  readonly settings?: Settings;
}

/** Starts a hop on a topic of the benchmark's own. */
export async function startHop(
  stack: BenchmarkStack,
  { name, topic, settings = {} }: HopOptions,
): Promise<Program> {
  const group = `benchmark.${name}`;
  await stack.makeTopics([`${topic}.${group}.dlt`, `payments.v1.${group}.dlt`]);
  const own = { TOPIC_FROM: topic, GROUP: group, ...settings };
  return await startHosted(stack, { program: 'product-hop', name, database: name, settings: own });
}

/** What a message of the product is: the subject counts the events of its key. */
export function byHeaders(message: KafkaMessage): SeenEvent {
  const sequence = Number(message.headers?.['ce_subject']?.toString());
  return { key: message.key?.toString() ?? '', sequence };
}

/** What a message of the naive path is. */
export function byJson(message: KafkaMessage): SeenEvent {
  const { version } = JSON.parse(message.value?.toString() ?? '{}') as { version?: number };
  return { key: message.key?.toString() ?? '', sequence: version ?? 0 };
}
