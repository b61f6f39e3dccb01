import { constantOf } from './constant.ts';
import { anyShape, type FieldShape, type RecordShape, type Shape } from './shape.ts';

interface AvroField {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

const primitives: Readonly<Record<string, Shape>> = {
  string: { kind: 'text' },
  long: { kind: 'whole' },
  int: { kind: 'whole' },
  boolean: { kind: 'flag' },
  double: { kind: 'number' },
  float: { kind: 'number' },
};

/**
 * The shape of an Avro record, from its schema as an object or as JSON text.
 *
 * A record with exactly the fields `minor` and `currency` is money; a `timestamp-micros` is an
 * instant; a union of null and one other type may be nothing. Unions of more are free form.
 * @throws Error when the schema is no record.
 */
export function shapeFromAvro(schema: unknown): RecordShape {
  const parsed: unknown = typeof schema === 'string' ? JSON.parse(schema) : schema;
  const shape = new AvroReader().read(parsed, '');
  if (shape.kind !== 'record') throw new Error('The Avro schema is not a record');
  return shape;
}

class AvroReader {
  private readonly named = new Map<string, Shape>();

  read(type: unknown, namespace: string): Shape {
    if (typeof type === 'string') {
      return primitives[type] ?? this.named.get(qualify(type, namespace)) ?? anyShape;
    }
    if (Array.isArray(type)) return this.readUnion(type, namespace);
    const schema = type as Record<string, unknown>;
    if (schema['logicalType'] === 'timestamp-micros') return { kind: 'instant' };
    if (schema['type'] === 'array') {
      return { kind: 'list', items: this.read(schema['items'], namespace) };
    }
    if (schema['type'] === 'map') {
      return { kind: 'map', values: this.read(schema['values'], namespace) };
    }
    if (schema['type'] === 'record') return this.readRecord(schema, namespace);
    return schema['type'] === 'enum' ? { kind: 'text' } : this.read(schema['type'], namespace);
  }

  private readUnion(types: readonly unknown[], namespace: string): Shape {
    const others = types.filter((type) => type !== 'null');
    const shape = others.length === 1 ? this.read(others[0], namespace) : anyShape;
    return others.length < types.length ? { kind: 'maybe', of: shape } : shape;
  }

  private readRecord(schema: Record<string, unknown>, outer: string): Shape {
    const namespace = typeof schema['namespace'] === 'string' ? schema['namespace'] : outer;
    const name = qualify(String(schema['name']), namespace);
    const fields = new Map<string, FieldShape>();
    for (const field of schema['fields'] as readonly AvroField[]) {
      const shape = this.read(field.type, namespace);
      fields.set(field.name, 'default' in field ? withFallback(shape, field.default) : { shape });
    }
    const isMoney = fields.size === 2 && fields.has('minor') && fields.has('currency');
    const shape: Shape = isMoney ? { kind: 'money' } : { kind: 'record', name, fields };
    this.named.set(name, shape);
    return shape;
  }
}

function withFallback(shape: Shape, value: unknown): FieldShape {
  return { shape, fallback: constantOf(avroDefault(shape, value)) };
}

function avroDefault(shape: Shape, value: unknown): unknown {
  const isWhole = shape.kind === 'whole' || shape.kind === 'instant';
  if (isWhole && typeof value === 'number') return BigInt(value);
  return value;
}

function qualify(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}
