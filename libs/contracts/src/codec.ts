import type { Type } from 'avsc';
import { PoisonMessage } from '@sluice/failure';
import { compileSchema } from './avro-types.ts';
import type { EventMap, EventType } from './generated/events.ts';
import { eventTypes } from './generated/schemas.ts';
import { fromJsonValue } from './json-values.ts';
import type { SchemaIds } from './schema-ids.ts';

/** A value in Confluent wire format, and the id of the schema it was written with. */
export interface Encoded {
  readonly payload: Buffer;
  readonly schemaId: number;
}

/** A decoded value with its type. */
export interface Decoded<T extends EventType = EventType> {
  readonly type: T;
  readonly schemaId: number;
  readonly data: EventMap[T];
}

/** Reads a value written with one schema id as this build's version of the record. */
interface Reader {
  readonly type: EventType;
  read(body: Buffer): unknown;
}

const magicByte = 0;
const headerBytes = 5;
/** Values are written here first, because their length is not known before. */
const scratch = Buffer.allocUnsafeSlow(16 * 1024);
const readersMax = 10_000;
/** A schema id that was refused is not asked for again so long: messages that carry it may come in thousands. */
const refusalMs = 30_000;
const refusalsMax = 1_000;

interface Refusal {
  readonly error: PoisonMessage;
  readonly untilMs: number;
}

/**
 * Encodes and decodes events in Confluent wire format (magic byte, four bytes of schema id, Avro).
 *
 * Ids are resolved once at start by `prepare`; resolvers between writer and reader schema are
 * built once per writer id. On the hot path there is no call to the registry.
 */
export class EventCodec {
  readonly #ids: SchemaIds;
  readonly #writers = new Map<EventType, { type: Type; schemaId: number }>();
  readonly #readers = new Map<number, Promise<Reader>>();
  readonly #readyReaders = new Map<number, Reader>();
  readonly #refusals = new Map<number, Refusal>();

  constructor(ids: SchemaIds) {
    this.#ids = ids;
  }

  /**
   * Resolves the schema ids of the types this process writes or reads. May run more than once.
   *
   * What this build writes can be read from then on without a call to the registry.
   * @throws PermanentFailure when a schema is not registered: provision first.
   * @throws DependencyDown when the registry does not answer.
   */
  async prepare(types: readonly EventType[]): Promise<void> {
    await Promise.all(
      types.map(async (type) => {
        const { topic, schema } = eventTypes[type];
        const schemaId = await this.#ids.idOf(`${topic}-${type}`, schema);
        this.#writers.set(type, { type: compileSchema(schema), schemaId });
        this.#readyReaders.set(schemaId, readerBetween(schema, { type, schema, schemaId }));
      }),
    );
  }

  /** Encodes one event; the type must have been prepared. @throws Error when the data does not fit. */
  encode<T extends EventType>(type: T, data: EventMap[T]): Encoded {
    const writer = this.#writers.get(type);
    if (writer === undefined) throw new Error(`Event type ${type} was not prepared for writing`);
    const { schemaId } = writer;
    const end = writer.type.encode(data, scratch, headerBytes);
    if (end < 0) return { payload: encodeLong(writer.type, data, schemaId), schemaId };
    writeHeader(scratch, schemaId);
    const payload = Buffer.allocUnsafe(end);
    scratch.copy(payload, 0, 0, end);
    return { payload, schemaId };
  }

  /**
   * Encodes an event given as JSON, in which integers of 64 bits stand as text.
   * @throws PoisonMessage CODEC_UNWRITABLE, naming the first field that does not fit, and for a type that this process
   * neither writes nor reads.
   */
  encodeJson(type: string, json: unknown): Encoded {
    const writer = isEventType(type) ? this.#writers.get(type) : undefined;
    if (writer === undefined || !isEventType(type)) {
      throw new PoisonMessage('CODEC_UNWRITABLE', `This process does not write ${type}`);
    }
    const data = fromJsonValue(writer.type, json) as EventMap[typeof type];
    const wrong: string[] = [];
    const isValid = writer.type.isValid(data, {
      noUndeclaredFields: true,
      errorHook: (path) => void wrong.push(path.join('.')),
    });
    if (isValid) return this.encode(type, data);
    const field = wrong[0] === '' || wrong[0] === undefined ? 'the value itself' : wrong[0];
    throw new PoisonMessage('CODEC_UNWRITABLE', `${type} does not take this: ${field}`);
  }

  /**
   * Decodes a value whose schema has been seen before; undefined when the schema must be fetched.
   * @throws PoisonMessage as `decode` does.
   */
  decodeKnown(payload: Buffer | null): Decoded | undefined {
    const schemaId = schemaIdOf(payload);
    const reader = this.#readyReaders.get(schemaId);
    if (reader === undefined || payload === null) return undefined;
    return decodeWith(reader, schemaId, payload);
  }

  /**
   * Decodes a value by the schema it names, evolved to this build's version of the record.
   * @throws PoisonMessage CODEC_NOT_AVRO, CODEC_UNKNOWN_SCHEMA, CODEC_UNKNOWN_TYPE, CODEC_UNRESOLVABLE_SCHEMA,
   * CODEC_UNREADABLE.
   * @throws DependencyDown when the schema must be fetched and the registry does not answer.
   */
  async decode(payload: Buffer | null): Promise<Decoded> {
    const known = this.decodeKnown(payload);
    if (known !== undefined) return known;
    const schemaId = schemaIdOf(payload);
    const reader = await this.#readerOf(schemaId);
    return decodeWith(reader, schemaId, payload ?? Buffer.alloc(0));
  }

  async #readerOf(schemaId: number): Promise<Reader> {
    const refusal = this.#refusals.get(schemaId);
    if (refusal !== undefined && refusal.untilMs > performance.now()) throw refusal.error;
    const known = this.#readers.get(schemaId);
    if (known !== undefined) return known;
    if (this.#readers.size >= readersMax) this.#readers.clear();
    const building = this.#buildReader(schemaId);
    this.#readers.set(schemaId, building);
    try {
      const reader = await building;
      this.#readyReaders.set(schemaId, reader);
      return reader;
    } catch (error) {
      this.#readers.delete(schemaId);
      if (error instanceof PoisonMessage) this.#refuse(schemaId, error);
      throw error;
    }
  }

  #refuse(schemaId: number, error: PoisonMessage): void {
    if (this.#refusals.size >= refusalsMax) this.#refusals.clear();
    this.#refusals.set(schemaId, { error, untilMs: performance.now() + refusalMs });
  }

  async #buildReader(schemaId: number): Promise<Reader> {
    const schema = await this.#ids.schemaById(schemaId);
    const type = nameOf(schema, schemaId);
    if (type === undefined || !isEventType(type)) {
      throw new PoisonMessage(
        'CODEC_UNKNOWN_TYPE',
        `Schema id ${schemaId} is of ${String(type)}, which this build does not know`,
      );
    }
    return readerBetween(schema, { type, schema: eventTypes[type].schema, schemaId });
  }
}

/** A value that the scratch buffer does not hold. */
function encodeLong(type: Type, data: unknown, schemaId: number): Buffer {
  const body = type.toBuffer(data);
  const payload = Buffer.allocUnsafe(headerBytes + body.length);
  writeHeader(payload, schemaId);
  body.copy(payload, headerBytes);
  return payload;
}

function writeHeader(payload: Buffer, schemaId: number): void {
  payload[0] = magicByte;
  payload.writeInt32BE(schemaId, 1);
}

function isEventType(name: string): name is EventType {
  return Object.hasOwn(eventTypes, name);
}

function nameOf(schema: string, schemaId: number): string | undefined {
  try {
    return compileSchema(schema).name;
  } catch (error) {
    throw unresolvable(schemaId, error);
  }
}

/** Reads what was written with one schema as the record of this build. */
function readerBetween(
  written: string,
  wanted: { readonly type: EventType; readonly schema: string; readonly schemaId: number },
): Reader {
  try {
    const readerType = compileSchema(wanted.schema);
    // A value of this very version is read straight away, which costs less than going through a resolver.
    const resolver =
      written === wanted.schema ? undefined : readerType.createResolver(compileSchema(written));
    const read = (body: Buffer): unknown => readerType.fromBuffer(body, resolver, false);
    return { type: wanted.type, read };
  } catch (error) {
    throw unresolvable(wanted.schemaId, error);
  }
}

function unresolvable(schemaId: number, cause: unknown): PoisonMessage {
  return new PoisonMessage(
    'CODEC_UNRESOLVABLE_SCHEMA',
    `What is written with schema id ${schemaId} cannot become this build's version of the record`,
    { cause },
  );
}

function schemaIdOf(payload: Buffer | null): number {
  if (payload === null) throw new PoisonMessage('CODEC_NOT_AVRO', 'The value is null');
  if (payload.length < headerBytes || payload.readUInt8(0) !== magicByte) {
    throw new PoisonMessage('CODEC_NOT_AVRO', 'The value does not begin with a schema id');
  }
  return payload.readInt32BE(1);
}

function decodeWith(reader: Reader, schemaId: number, payload: Buffer): Decoded {
  try {
    const data = reader.read(payload.subarray(headerBytes)) as EventMap[EventType];
    return { type: reader.type, schemaId, data };
  } catch (error) {
    throw new PoisonMessage(
      'CODEC_UNREADABLE',
      `The value of ${reader.type} cannot be read with schema id ${schemaId}`,
      { cause: error },
    );
  }
}
