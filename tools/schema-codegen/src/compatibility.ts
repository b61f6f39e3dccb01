import avsc from 'avsc';
import type { Schema } from 'avsc';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SchemaFile } from './read-schemas.ts';

/** One released revision of a record. */
export interface Revision {
  readonly fullName: string;
  readonly number: number;
  readonly schema: unknown;
}

/**
 * What is wrong between two revisions; empty when each can read what the other wrote.
 * The same rule as FULL compatibility in a registry, without one.
 */
export function incompatibilities(left: unknown, right: unknown): string[] {
  return [...cannotRead(left, right, 'backward'), ...cannotRead(right, left, 'forward')];
}

/** Released revisions of a record, oldest first. */
export function readRevisions(folder: string, fullName: string): Revision[] {
  const own = join(folder, fullName);
  if (!existsSync(own)) return [];
  return readdirSync(own)
    .map((name) => Number.parseInt(name, 10))
    .toSorted((a, b) => a - b)
    .map((number) => ({ fullName, number, schema: readRevision(own, number) }));
}

/** Records the present schema as a new revision, unless it is the newest one already. */
export function recordRevision(folder: string, file: SchemaFile): Revision | undefined {
  const revisions = readRevisions(folder, file.fullName);
  const newest = revisions.at(-1);
  if (newest !== undefined && JSON.stringify(newest.schema) === JSON.stringify(file.schema))
    return undefined;
  const number = (newest?.number ?? 0) + 1;
  const own = join(folder, file.fullName);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, `${number}.avsc`), `${JSON.stringify(file.schema, null, 2)}\n`);
  return { fullName: file.fullName, number, schema: file.schema };
}

function readRevision(folder: string, number: number): unknown {
  return JSON.parse(readFileSync(join(folder, `${number}.avsc`), 'utf8'));
}

function cannotRead(reader: unknown, writer: unknown, direction: string): string[] {
  try {
    avsc.Type.forSchema(reader as Schema).createResolver(avsc.Type.forSchema(writer as Schema));
    return [];
  } catch (error) {
    return [`${direction}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
