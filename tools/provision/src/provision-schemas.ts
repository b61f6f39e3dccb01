import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicCatalogue, TopicKind } from './topic-catalogue.ts';

export interface SchemasOptions {
  /** The registry's address with the path of Confluent's API. */
  readonly schemaRegistryUrl: string;
  readonly catalogue: TopicCatalogue;
  /** The folder that holds the event schemas as `*.avsc` files. */
  readonly schemaFolder: string;
}

/** One schema under one subject. */
export interface SubjectSchema {
  readonly subject: string;
  readonly kind: TopicKind;
  readonly schema: string;
}

const parallelRequests = 8;
const requestTimeoutMs = 30_000;

/** The rule of a subject: what a new schema must still understand, and be understood by. */
const compatibilityOf: Readonly<Record<TopicKind, string>> = {
  canonical: 'FULL_TRANSITIVE',
  vendor: 'BACKWARD_TRANSITIVE',
  internal: 'BACKWARD_TRANSITIVE',
};

/**
 * Registers every schema under `<topic>-<record full name>` and returns the ids by subject. Safe to repeat: the same
 * schema keeps its id.
 *
 * The rule is set before the schema is sent: canonical events may change only so that old and new readers understand
 * old and new events; for the others a new reader must understand all earlier events. A schema that breaks the rule
 * of its subject is refused, and the failure names the subject.
 */
export async function provisionSchemas(options: SchemasOptions): Promise<Record<string, number>> {
  const waiting = subjectSchemas(options.catalogue, readSchemas(options.schemaFolder));
  const ids: Record<string, number> = {};
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      ids[next.subject] = await register(options.schemaRegistryUrl, next);
    }
  };
  await Promise.all(Array.from({ length: parallelRequests }, lane));
  return ids;
}

async function register(registryUrl: string, entry: SubjectSchema): Promise<number> {
  const { kind, schema } = entry;
  const subject = encodeURIComponent(entry.subject);
  await send(entry, {
    method: 'PUT',
    url: `${registryUrl}/config/${subject}`,
    body: { compatibility: compatibilityOf[kind] },
  });
  const answer = await send(entry, {
    method: 'POST',
    url: `${registryUrl}/subjects/${subject}/versions`,
    body: { schema, schemaType: 'AVRO' },
  });
  const { id } = answer as { id?: unknown };
  if (typeof id !== 'number') throw refused(entry, 'the registry answered without an id');
  return id;
}

async function send(
  entry: SubjectSchema,
  request: { readonly method: string; readonly url: string; readonly body: unknown },
): Promise<unknown> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify(request.body),
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const text = await response.text();
  if (!response.ok) throw refused(entry, `${response.status} ${text.slice(0, 1_000)}`);
  return JSON.parse(text);
}

function refused(entry: SubjectSchema, reason: string): Error {
  return new Error(`The schema of ${entry.subject} could not be registered: ${reason}`);
}

/** Pairs topics with the schemas of their records. A record without a schema is a failure that names it. */
export function subjectSchemas(
  catalogue: TopicCatalogue,
  schemas: ReadonlyMap<string, string>,
): SubjectSchema[] {
  return catalogue.topics.flatMap(({ name: topic, kind, records }) =>
    records.map((record) => {
      const schema = schemas.get(record);
      if (schema === undefined) {
        throw new Error(`The topic ${topic} carries ${record}, for which there is no .avsc file.`);
      }
      return { subject: `${topic}-${record}`, kind, schema };
    }),
  );
}

/** All schemas of a folder by the full name of their record. */
export function readSchemas(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => file.endsWith('.avsc'))
      .map((file) => {
        const schema = readFileSync(join(folder, file), 'utf8');
        const { namespace, name } = JSON.parse(schema) as { namespace: string; name: string };
        return [`${namespace}.${name}`, schema];
      }),
  );
}
