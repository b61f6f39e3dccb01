import { functions } from '@sluice/contracts';
import { anyShape, textShape, type FieldShape, type Shape } from '@sluice/mapping';

const shapes: Readonly<Record<string, Shape>> = {
  string: textShape,
  number: { kind: 'number' },
  boolean: { kind: 'flag' },
  array: { kind: 'list', items: anyShape },
  object: anyShape,
};

/**
 * The arguments of every function of the catalogue as targets of mappings, by `name:version`.
 *
 * A mapping that forgets an argument or gives one of the wrong type is refused when it is loaded.
 */
export function argumentShapes(): ReadonlyMap<string, Shape> {
  return new Map(
    Object.entries(functions).map(([name, { input }]) => {
      const fields = new Map<string, FieldShape>();
      for (const [field, type] of Object.entries(input)) fields.set(field, shapeOf(type));
      return [name, { kind: 'record', name, fields }];
    }),
  );
}

function shapeOf(type: string): FieldShape {
  const isOptional = type.endsWith('?');
  const shape = shapes[isOptional ? type.slice(0, -1) : type] ?? anyShape;
  return isOptional ? { shape: { kind: 'maybe', of: shape }, fallback: () => null } : { shape };
}
