import { readFunctions, readSchemas, readTopics } from './read-schemas.ts';
import type { SchemaFile, TopicsFile } from './read-schemas.ts';
import { banner, eventsSource } from './typescript.ts';

/** Renders every generated file of `libs/contracts`, by file name. Pure apart from reading schemas/. */
export function render(schemasFolder: string): Map<string, string> {
  const files = readSchemas(schemasFolder);
  const topics = readTopics(schemasFolder);
  checkTopics(files, topics);
  return new Map([
    ['events.ts', eventsSource(files)],
    ['schemas.ts', schemasSource(files, topics)],
    ['topics.ts', topicsSource(topics)],
    ['functions.ts', functionsSource(readFunctions(schemasFolder))],
  ]);
}

function schemasSource(files: readonly SchemaFile[], topics: TopicsFile): string {
  const topicByRecord = new Map(
    Object.entries(topics.topics).flatMap(([topic, entry]) =>
      entry.records.map((record) => [record, topic] as const),
    ),
  );
  const rows = files.map((file) => {
    const schema = JSON.stringify(file.schema);
    const topic = topicByRecord.get(file.fullName) ?? '';
    return `  '${file.fullName}': {\n    topic: '${topic}',\n    schema: ${quote(schema)},\n  },`;
  });
  return [
    banner,
    "import type { EventType } from './events.ts';",
    '',
    '/** Topic and Avro schema (JSON text) of every event type. */',
    'export const eventTypes: Readonly<Record<EventType, { topic: string; schema: string }>> = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}

function topicsSource(file: TopicsFile): string {
  const entries = Object.entries(file.topics).map(([name, entry]) => ({
    name,
    ...entry,
    partitions: entry.partitions ?? file.defaults.partitions,
    retentionDays: entry.retentionDays ?? file.defaults.retentionDays,
  }));
  return [
    banner,
    '/** One topic: what it carries, how it is keyed and kept, and who consumes it. */',
    'export interface TopicDefinition {',
    '  readonly name: string;',
    "  readonly kind: 'vendor' | 'canonical' | 'internal';",
    '  readonly key: string;',
    '  readonly records: readonly string[];',
    '  readonly groups: readonly string[];',
    '  readonly partitions: number;',
    '  readonly retentionDays: number;',
    '}',
    '',
    '/** Every topic of schemas/topics.yaml. */',
    `export const topics: readonly TopicDefinition[] = ${JSON.stringify(entries, null, 2)};`,
    '',
    '/** Every dead letter topic: `<topic>.<group>.dlt`. */',
    'export const deadLetterTopics: readonly string[] = topics.flatMap((topic) =>',
    '  topic.groups.map((group) => `${topic.name}.${group}.dlt`),',
    ');',
    '',
    '/** Days a dead letter is kept on its topic. */',
    `export const deadLetterRetentionDays = ${file.defaults.deadLetterRetentionDays};`,
    '',
  ].join('\n');
}

function functionsSource(functions: Record<string, unknown>): string {
  return [
    banner,
    '/** A function that a flow may call. */',
    'export interface FunctionDefinition {',
    '  /** What it does, for people. */',
    '  readonly sentence: string;',
    '  /** Topic its commands go to. */',
    '  readonly commands: string;',
    '  /** A provider key, B unique-field upsert, C look up, D at most once, R read only. */',
    "  readonly effectClass: 'A' | 'B' | 'C' | 'D' | 'R';",
    '  /** Rate budget it draws from. */',
    '  readonly rateClass: string;',
    '  /** Business refusals a flow may catch, as names of `urn:sluice:error:<name>`. */',
    '  readonly errors: readonly string[];',
    '  /** Arguments by name; a trailing question mark makes one nullable. */',
    '  readonly input: Readonly<Record<string, string>>;',
    '  /** Output by name, as above. */',
    '  readonly output: Readonly<Record<string, string>>;',
    '}',
    '',
    '/** The function catalogue by `name:version`. */',
    'export const functions: Readonly<Record<string, FunctionDefinition>> = ' +
      `${JSON.stringify(functions, null, 2)};`,
    '',
  ].join('\n');
}

function checkTopics(files: readonly SchemaFile[], topics: TopicsFile): void {
  const records = new Set(files.map((file) => file.fullName));
  const carried = Object.values(topics.topics).flatMap((topic) => topic.records);
  for (const record of carried) {
    if (!records.has(record))
      throw new Error(`topics.yaml names ${record}, which has no schema file`);
  }
  for (const record of records) {
    const uses = carried.filter((name) => name === record).length;
    if (uses !== 1)
      throw new Error(`${record} stands on ${uses} topics in topics.yaml, not on one`);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
