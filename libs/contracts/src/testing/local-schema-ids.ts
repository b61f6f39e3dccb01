import { createHash } from 'node:crypto';
import { PoisonMessage } from '@sluice/failure';
import { EventCodec } from '../codec.ts';
import type { EventType } from '../generated/events.ts';
import { eventTypes } from '../generated/schemas.ts';
import { SchemaIds } from '../schema-ids.ts';

/** Schema ids derived from the content, for tests that run without a registry. */
export class LocalSchemaIds extends SchemaIds {
  readonly #schemas = new Map<number, string>();

  constructor() {
    super();
    for (const { schema } of Object.values(eventTypes)) this.#schemas.set(idFor(schema), schema);
  }

  /** Adds a schema, for example an earlier revision, and returns its id. */
  add(schema: string): number {
    const id = idFor(schema);
    this.#schemas.set(id, schema);
    return id;
  }

  override idOf(_subject: string, schema: string): Promise<number> {
    return Promise.resolve(this.add(schema));
  }

  override schemaById(id: number): Promise<string> {
    const schema = this.#schemas.get(id);
    if (schema !== undefined) return Promise.resolve(schema);
    return Promise.reject(
      new PoisonMessage('CODEC_UNKNOWN_SCHEMA', `Schema id ${id} does not exist`),
    );
  }
}

/** A codec over local ids, prepared for every event type. */
export async function localCodec(ids: SchemaIds = new LocalSchemaIds()): Promise<EventCodec> {
  const codec = new EventCodec(ids);
  await codec.prepare(Object.keys(eventTypes) as EventType[]);
  return codec;
}

function idFor(schema: string): number {
  return createHash('sha256').update(schema).digest().readUInt32BE(0) >>> 1;
}
