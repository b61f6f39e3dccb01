import { readMoney } from './money-value.ts';
import type { Shape } from './shape.ts';
import { wrongType } from './value-refused.ts';

type Coercion = (value: unknown) => unknown;

const coercions: Readonly<Partial<Record<Shape['kind'], Coercion>>> = {
  text: (value) => {
    if (typeof value !== 'string') throw wrongType('text', value);
    return value;
  },
  whole: (value) => {
    if (typeof value === 'bigint') return value;
    if (!Number.isSafeInteger(value)) throw wrongType('a whole number', value);
    return BigInt(value as number);
  },
  number: (value) => {
    if (typeof value !== 'number') throw wrongType('a number', value);
    return value;
  },
  flag: (value) => {
    if (typeof value !== 'boolean') throw wrongType('true or false', value);
    return value;
  },
  instant: (value) => {
    if (typeof value !== 'bigint') throw wrongType('an instant', value);
    return value;
  },
  money: readMoney,
};

/** The check at run time where the source is free form and the target is not. */
export function coercionTo(target: Shape, given: Shape): Coercion | undefined {
  const wanted = target.kind === 'maybe' ? target.of : target;
  const known = given.kind === 'maybe' ? given.of : given;
  if (known.kind !== 'any' || wanted.kind === 'any') return undefined;
  if (wanted.kind === 'list') return listCoercion(wanted.items);
  return (
    coercions[wanted.kind] ??
    ((value) => {
      throw wrongType('mapped field by field', value);
    })
  );
}

function listCoercion(items: Shape): Coercion {
  const coerce = coercionTo(items, { kind: 'any' });
  return (value) => {
    if (!Array.isArray(value)) throw wrongType('a list', value);
    return coerce === undefined ? value : value.map(coerce);
  };
}
