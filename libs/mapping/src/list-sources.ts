import { isMap, type Node } from 'yaml';
import type { Compiled, CompileContext, SourceKind } from './compile-context.ts';
import { pathIn } from './compile-path.ts';
import type { Scope } from './path.ts';
import { anyShape, describeShape, type Shape } from './shape.ts';
import { wrongType } from './value-refused.ts';

/** `each: path` with `map: fields` or `item: rule`: one element of the target per element. */
export const eachSource: SourceKind = {
  extras: ['map', 'item'],
  compile: (entry, rule, { target, context }) => {
    const path = pathIn(entry.value, context);
    const items = itemsOf(target, entry.keyNode, context);
    if (path === undefined || items === undefined) return undefined;
    const inner = elementContext(path.shape, entry.value, context);
    const map = rule.get('map');
    const item = rule.get('item');
    if ((map === undefined) === (item === undefined)) {
      context.yaml.fault(entry.keyNode, 'each needs either map, fields, or item, a rule');
      return undefined;
    }
    const element = map
      ? inner.compileFields(map.value, items, inner)
      : inner.compileRule(item?.value, items, inner);
    return element && eachOf(path, { kind: 'list', items }, element);
  },
};

function eachOf(source: Compiled, list: Shape, element: Compiled): Compiled {
  return {
    shape: source.shape.kind === 'maybe' ? { kind: 'maybe', of: list } : list,
    read: (scope) => {
      const values = source.read(scope);
      if (values === undefined) return undefined;
      if (!Array.isArray(values)) throw wrongType('a list', values);
      const built: unknown[] = [];
      for (const value of values as readonly unknown[]) {
        const made = element.read({ root: scope.root, item: value });
        if (made !== undefined) built.push(made);
      }
      return built;
    },
  };
}

/** `list: [rules]`: a fixed list; elements without a value are left out, `each` is spread. */
export const listSource: SourceKind = {
  extras: [],
  compile: (entry, _rule, { target, context }) => {
    const items = itemsOf(target, entry.keyNode, context);
    if (items === undefined) return undefined;
    const list: Shape = { kind: 'list', items };
    const parts = context.yaml.items(entry.value, 'list').map((node, index) => {
      const inner = { ...context, field: `${context.field}[${index}]` };
      const isSpread = isMap(node) && node.has('each');
      return { rule: inner.compileRule(node, isSpread ? list : items, inner), isSpread };
    });
    return { shape: list, read: (scope) => parts.flatMap((part) => valuesOf(part, scope)) };
  },
};

function valuesOf(
  part: { readonly rule: Compiled | undefined; readonly isSpread: boolean },
  scope: Scope,
): readonly unknown[] {
  const value = part.rule?.read(scope);
  if (value === undefined) return [];
  return part.isSpread && Array.isArray(value) ? value : [value];
}

function itemsOf(target: Shape, node: Node, context: CompileContext): Shape | undefined {
  const wanted = target.kind === 'maybe' ? target.of : target;
  if (wanted.kind === 'any') return anyShape;
  if (wanted.kind === 'list') return wanted.items;
  context.yaml.fault(node, `${context.field} is ${describeShape(target)}, not a list`);
  return undefined;
}

function elementContext(
  shape: Shape,
  node: Node | undefined,
  context: CompileContext,
): CompileContext {
  const list = shape.kind === 'maybe' ? shape.of : shape;
  if (list.kind !== 'any' && list.kind !== 'list') {
    context.yaml.fault(node, `each takes a list, not ${describeShape(shape)}`);
  }
  const item = list.kind === 'list' ? list.items : anyShape;
  return {
    ...context,
    field: `${context.field}[]`,
    shapes: { root: context.shapes.root, item },
  };
}
