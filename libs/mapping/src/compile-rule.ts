import { isMap, type Node } from 'yaml';
import type { Compiled, CompileContext } from './compile-context.ts';
import { stepKeys, withSteps } from './compile-modifiers.ts';
import { conditionIn } from './compile-path.ts';
import { coercionTo } from './coercion.ts';
import { constantOf } from './constant.ts';
import { literalIn } from './literal.ts';
import { isMissing } from './plain-value.ts';
import { describeShape, isAssignable, type Shape } from './shape.ts';
import { sourceKinds } from './sources.ts';
import { ValueRefused } from './value-refused.ts';
import type { YamlEntry } from './yaml-file.ts';

const endingKeys = ['when', 'default', 'required', 'max'] as const;
type Rule = ReadonlyMap<string, YamlEntry>;

/** Compiles one rule: a source, then conversions and look-ups, then default, required and max. */
export function compileRule(
  node: Node | undefined,
  target: Shape,
  context: CompileContext,
): Compiled | undefined {
  const { yaml, field } = context;
  const sourceNames = [...sourceKinds.keys()];
  const extras = [...sourceKinds.values()].flatMap((kind) => kind.extras);
  const allowed = [...sourceNames, ...new Set([...extras, ...stepKeys, ...endingKeys])];
  const rule = yaml.record(node, `The rule of ${field}`, allowed);
  const chosen = sourceNames.filter((name) => rule.has(name));
  const [name] = chosen;
  const kind = name === undefined ? undefined : sourceKinds.get(name);
  const entry = name === undefined ? undefined : rule.get(name);
  if (kind === undefined || entry === undefined || chosen.length > 1) {
    if (isMap(node)) {
      yaml.fault(node, `The rule of ${field} needs exactly one of ${sourceNames.join(', ')}`);
    }
    return undefined;
  }
  for (const [key, extra] of rule) {
    if (extras.includes(key) && !kind.extras.includes(key)) {
      yaml.fault(extra.keyNode, `${key} does not go with ${name}`);
    }
  }
  const source = kind.compile(entry, rule, { target, context });
  const changed = source && withSteps(source, rule, context);
  return changed && finish(changed, rule, { target, context, node });
}

interface Use {
  readonly target: Shape;
  readonly context: CompileContext;
  readonly node: Node | undefined;
}

function finish(changed: Compiled, rule: Rule, use: Use): Compiled | undefined {
  const { yaml, field } = use.context;
  const isRequired = flagOf(rule, 'required', use.context);
  const fallback = defaultOf(rule, use);
  const max = rule.get('max');
  const charactersMax = max && yaml.wholeNumber(max.value, 'max', 1);
  const condition = rule.get('when');
  const isOn = condition && conditionIn(condition.value, use.context);
  const isSure = isRequired || fallback !== undefined;
  const shape = isSure && changed.shape.kind === 'maybe' ? changed.shape.of : changed.shape;
  if (!isAssignable(withoutMaybe(shape), use.target)) {
    const wanted = describeShape(use.target);
    yaml.fault(use.node, `${field} is ${wanted}, the rule gives ${describeShape(shape)}`);
    return undefined;
  }
  const coerce = coercionTo(use.target, shape);
  return {
    shape: isOn === undefined || fallback !== undefined ? shape : { kind: 'maybe', of: shape },
    read: (scope) => {
      if (isOn !== undefined && !isOn(scope)) return fallback?.();
      let value = changed.read(scope);
      if (isMissing(value)) {
        if (fallback !== undefined) return fallback();
        if (isRequired) throw new ValueRefused('MAPPING_REQUIRED_FIELD', requiredReason(rule));
        if (value === undefined || value === null) return undefined;
      }
      if (coerce !== undefined) value = coerce(value);
      return charactersMax === undefined ? value : shorten(value, charactersMax);
    },
  };
}

function defaultOf(rule: Rule, use: Use): (() => unknown) | undefined {
  const entry = rule.get('default');
  if (entry === undefined) return undefined;
  const literal = literalIn(use.context.yaml, entry.value ?? entry.keyNode, use.target);
  return literal && constantOf(literal.value);
}

function flagOf(rule: Rule, key: string, context: CompileContext): boolean {
  const entry = rule.get(key);
  return entry !== undefined && context.yaml.flag(entry.value, key) === true;
}

function withoutMaybe(shape: Shape): Shape {
  return shape.kind === 'maybe' ? shape.of : shape;
}

function requiredReason(rule: Rule): string {
  const path = rule.get('from')?.value?.toString();
  return path === undefined ? 'is required' : `is required, and ${path} is missing or empty`;
}

function shorten(value: unknown, charactersMax: number): unknown {
  if (typeof value !== 'string' || value.length <= charactersMax) return value;
  return Array.from(value).slice(0, charactersMax).join('');
}
