import type { Type } from 'avsc';
import { PoisonMessage } from '@sluice/failure';
import { compileSchema } from './avro-types.ts';
import type { EventMap, EventType } from './generated/events.ts';
import { eventTypes } from './generated/schemas.ts';
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
const readersMax = 10_000;

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

  constructor(ids: SchemaIds) {
    this.#ids = ids;
  }

  /**
   * Resolves the schema ids of the types this process writes. May run more than once.
   * @throws PermanentFailure when a schema is not registered: provision first.
   * @throws DependencyDown when the registry does not answer.
   */
  async prepare(types: readonly EventType[]): Promise<void> {
    await Promise.all(
      types.map(async (type) => {
        const { topic, schema } = eventTypes[type];
        const schemaId = await this.#ids.idOf(`${topic}-${type}`, schema);
        this.#writers.set(type, { type: compileSchema(schema), schemaId });
      }),
    );
  }

  /** Encodes one event; the type must have been prepared. @throws Error when the data does not fit. */
  encode<T extends EventType>(type: T, data: EventMap[T]): Encoded {
    const writer = this.#writers.get(type);
    if (writer === undefined) throw new Error(`Event type ${type} was not prepared for writing`);
    const body = writer.type.toBuffer(data);
    const payload = Buffer.allocUnsafe(headerBytes + body.length);
    payload.writeUInt8(magicByte, 0);
    payload.writeInt32BE(writer.schemaId, 1);
    body.copy(payload, headerBytes);
    return { payload, schemaId: writer.schemaId };
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
   * @throws PoisonMessage CODEC_NOT_AVRO, CODEC_UNKNOWN_SCHEMA, CODEC_UNKNOWN_TYPE, CODEC_UNREADABLE.
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
      throw error;
    }
  }

  async #buildReader(schemaId: number): Promise<Reader> {
    const schema = await this.#ids.schemaById(schemaId);
    const writerType = compileSchema(schema);
    const type = writerType.name as EventType | undefined;
    if (type === undefined || !(type in eventTypes)) {
      throw new PoisonMessage(
        'CODEC_UNKNOWN_TYPE',
        `Schema id ${schemaId} is of ${String(type)}, which this build does not know`,
      );
    }
    const readerType = compileSchema(eventTypes[type].schema);
    const resolver = readerType.createResolver(writerType);
    return { type, read: (body) => readerType.fromBuffer(body, resolver, false) as unknown };
  }
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
