import type { Type } from 'avsc';

/** The parts of avsc's types that tell how a value is made up. */
interface Shape {
  readonly typeName: string;
  readonly fields?: readonly { readonly name: string; readonly type: Type }[];
  readonly types?: readonly Type[];
  readonly itemsType?: Type;
  readonly valuesType?: Type;
}

/**
 * A value of JSON as the codec wants it: integers of 64 bits, which JSON carries as text, become `bigint`.
 *
 * Everything else stays as it is; whether it fits the schema is for the schema to say.
 */
export function fromJsonValue(type: Type, value: unknown): unknown {
  const shape = type as unknown as Shape;
  if (value === null || value === undefined) return value;
  if (shape.typeName.startsWith('union:')) {
    const branch = shape.types?.find(({ typeName }) => typeName !== 'null');
    return branch === undefined ? value : fromJsonValue(branch, value);
  }
  if (shape.typeName.endsWith('long')) return integerOf(value);
  if (shape.itemsType !== undefined && Array.isArray(value)) {
    const { itemsType } = shape;
    return value.map((item) => fromJsonValue(itemsType, item));
  }
  return typeof value === 'object' ? membersOf(shape, value) : value;
}

function membersOf(shape: Shape, value: object): unknown {
  const types = new Map(shape.fields?.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const type = types.get(name) ?? shape.valuesType;
      return [name, type === undefined ? member : fromJsonValue(type, member)];
    }),
  );
}

function integerOf(value: unknown): unknown {
  const isInteger =
    typeof value === 'string' ? /^-?\d{1,19}$/.test(value) : Number.isSafeInteger(value);
  return isInteger ? BigInt(value as string | number) : value;
}
