import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A field of an Avro record as it stands in the file. */
export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
  readonly default?: unknown;
}

/** An Avro schema, of the kinds that Sluice uses. */
export type AvroSchema = string | readonly AvroSchema[] | AvroNode;

/** A named or container schema. */
export interface AvroNode {
  readonly type: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly fields?: readonly AvroField[];
  readonly items?: AvroSchema;
  readonly symbols?: readonly string[];
  readonly default?: string;
}

/** One event schema file. */
export interface SchemaFile {
  readonly path: string;
  readonly fullName: string;
  readonly schema: AvroNode;
}

/** One topic of topics.yaml. */
export interface TopicEntry {
  readonly kind: 'vendor' | 'canonical' | 'internal';
  readonly key: string;
  readonly records: readonly string[];
  readonly groups: readonly string[];
  readonly partitions?: number;
  readonly retentionDays?: number;
}

/** The whole of topics.yaml. */
export interface TopicsFile {
  readonly defaults: {
    readonly partitions: number;
    readonly retentionDays: number;
    readonly deadLetterRetentionDays: number;
  };
  readonly topics: Readonly<Record<string, TopicEntry>>;
  readonly projections: readonly string[];
}

/** Reads every `.avsc` below the folder, sorted by full name. */
export function readSchemas(folder: string): SchemaFile[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.avsc'))
    .map((path) => readSchema(join(folder, path)));
  return files.toSorted((left, right) => (left.fullName < right.fullName ? -1 : 1));
}

/** Reads `topics.yaml`. */
export function readTopics(folder: string): TopicsFile {
  return parse(readFileSync(join(folder, 'topics.yaml'), 'utf8')) as TopicsFile;
}

/** Reads the function catalogue. */
export function readFunctions(folder: string): Record<string, unknown> {
  const text = readFileSync(join(folder, 'functions', 'catalogue.yaml'), 'utf8');
  return (parse(text) as { functions: Record<string, unknown> }).functions;
}

function readSchema(path: string): SchemaFile {
  const schema = JSON.parse(readFileSync(path, 'utf8')) as AvroNode;
  return { path, fullName: `${schema.namespace}.${schema.name}`, schema };
}
