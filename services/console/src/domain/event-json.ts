import { type EventType, eventTypes } from '@sluice/contracts';

type Avro =
  | string
  | readonly Avro[]
  | {
      readonly type: Avro;
      readonly name?: string;
      readonly namespace?: string;
      readonly logicalType?: string;
      readonly fields?: readonly { readonly name: string; readonly type: Avro }[];
      readonly items?: Avro;
    };

type Reader = (value: unknown) => unknown;

const readers = new Map<EventType, Reader>();

/** Fields that hold JSON as text, shown as what they hold. */
const jsonFields = new Set(['arguments', 'output', 'payload']);

/**
 * The data of an event as JSON for people: instants are ISO 8601, amounts keep their minor units as
 * text, other whole numbers are numbers where a number is exact, and JSON in texts is unfolded.
 */
export function eventToJson(type: EventType, data: unknown): unknown {
  let reader = readers.get(type);
  if (reader === undefined) {
    reader = readerOf(JSON.parse(eventTypes[type].schema) as Avro, new Map(), '');
    readers.set(type, reader);
  }
  return reader(data);
}

function readerOf(schema: Avro, named: Map<string, Reader>, namespace: string): Reader {
  if (typeof schema === 'string') {
    return named.get(schema) ?? named.get(`${namespace}.${schema}`) ?? plain;
  }
  if (Array.isArray(schema)) {
    const branch = schema.find((option) => option !== 'null') as Avro | undefined;
    const inner = branch === undefined ? plain : readerOf(branch, named, namespace);
    return (value) => (value === null || value === undefined ? null : inner(value));
  }
  const shape = schema as Exclude<Avro, string | readonly Avro[]>;
  if (shape.logicalType === 'timestamp-micros') return instant;
  if (shape.type === 'array' && shape.items !== undefined) {
    const inner = readerOf(shape.items, named, namespace);
    return (value) => (Array.isArray(value) ? value.map(inner) : value);
  }
  if (shape.type === 'record') return recordReader(shape, named, namespace);
  return typeof shape.type === 'string' ? plain : readerOf(shape.type, named, namespace);
}

function recordReader(
  shape: Exclude<Avro, string | readonly Avro[]>,
  named: Map<string, Reader>,
  outer: string,
): Reader {
  const namespace = shape.namespace ?? outer;
  const isMoney = shape.name === 'Money';
  const fields = (shape.fields ?? []).map((field) => {
    const read = readerOf(field.type, named, namespace);
    if (isMoney && field.name === 'minor') return { name: field.name, read: String };
    return { name: field.name, read: jsonFields.has(field.name) ? unfolded : read };
  });
  const reader: Reader = (value) => {
    const given = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(fields.map(({ name, read }) => [name, read(given[name])]));
  };
  named.set(`${namespace}.${shape.name ?? ''}`, reader);
  return reader;
}

function plain(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function instant(value: unknown): unknown {
  return typeof value === 'bigint' ? new Date(Number(value / 1_000n)).toISOString() : value;
}

function unfolded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
