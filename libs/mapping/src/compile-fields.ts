import type { Node } from 'yaml';
import { PermanentFailure } from '@sluice/failure';
import { MoneyError } from '@sluice/money';
import type { Compiled, CompileContext } from './compile-context.ts';
import type { Scope } from './path.ts';
import { anyShape, describeShape, type FieldShape, type RecordShape, type Shape } from './shape.ts';
import { ValueRefused } from './value-refused.ts';

interface FieldPlan {
  readonly name: string;
  readonly path: string;
  /** Undefined where no rule sets the field and its default is used. */
  readonly read: ((scope: Scope) => unknown) | undefined;
  readonly fallback: (() => unknown) | undefined;
  /** True in a record of a known shape, which must come out complete. */
  readonly isClosed: boolean;
}

/** The field that whoever applies the mapping adds. */
const lineageField = 'lineage';
const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Compiles a map of field rules into a closure that builds a record. */
export function compileFields(
  node: Node | undefined,
  target: Shape,
  context: CompileContext,
): Compiled | undefined {
  const wanted = target.kind === 'maybe' ? target.of : target;
  if (wanted.kind !== 'any' && wanted.kind !== 'record') {
    context.yaml.fault(node, `${context.field} is ${describeShape(target)} and takes no fields`);
    return undefined;
  }
  const closed = wanted.kind === 'record' ? wanted : undefined;
  const plans: FieldPlan[] = [];
  for (const { key, keyNode, value } of context.yaml.entries(node, 'fields')) {
    const field = closed?.fields.get(key);
    const fault = nameFault(key, closed, field);
    if (fault === undefined) {
      const path = context.field === '' ? key : `${context.field}.${key}`;
      const plan = planField(key, value, { field, closed, context: { ...context, field: path } });
      if (plan !== undefined) plans.push(plan);
    } else context.yaml.fault(keyNode, fault);
  }
  if (closed !== undefined) plans.push(...unsetFields(closed, node, context));
  return { shape: wanted, read: builder(plans, context.label) };
}

function nameFault(
  key: string,
  closed: RecordShape | undefined,
  field: FieldShape | undefined,
): string | undefined {
  if (forbiddenNames.has(key)) return `${key} cannot be a field`;
  if (closed === undefined) return undefined;
  if (key === lineageField) return 'lineage is filled in by whoever applies the mapping';
  return field === undefined
    ? `${closed.name} has no field ${key}; it has ${[...closed.fields.keys()].join(', ')}`
    : undefined;
}

function planField(
  name: string,
  node: Node | undefined,
  use: {
    readonly field: FieldShape | undefined;
    readonly closed: RecordShape | undefined;
    readonly context: CompileContext;
  },
): FieldPlan | undefined {
  const { field, context } = use;
  const compiled = context.compileRule(node, field?.shape ?? anyShape, context);
  if (compiled === undefined) return undefined;
  const isClosed = use.closed !== undefined;
  const fallback = field?.fallback ?? (field?.shape.kind === 'maybe' ? () => null : undefined);
  if (isClosed && compiled.shape.kind === 'maybe' && fallback === undefined) {
    const reason = `${context.field} may come out empty: say required: true or give a default`;
    context.yaml.fault(node, reason);
  }
  return { name, path: context.field, read: compiled.read, fallback, isClosed };
}

function unsetFields(
  closed: RecordShape,
  node: Node | undefined,
  context: CompileContext,
): FieldPlan[] {
  const set = new Set(context.yaml.entries(node, 'fields').map((entry) => entry.key));
  const plans: FieldPlan[] = [];
  for (const [name, { shape, fallback }] of closed.fields) {
    if (set.has(name) || name === lineageField) continue;
    const path = context.field === '' ? name : `${context.field}.${name}`;
    if (fallback === undefined) {
      context.yaml.fault(node, `${path} (${describeShape(shape)}) must be set: it has no default`);
    }
    plans.push({ name, path, read: undefined, fallback, isClosed: true });
  }
  return plans;
}

function builder(plans: readonly FieldPlan[], label: string): (scope: Scope) => unknown {
  return (scope) => {
    const built: Record<string, unknown> = {};
    let current = '';
    try {
      for (const plan of plans) {
        current = plan.path;
        const value = plan.read?.(scope);
        if (value !== undefined) built[plan.name] = value;
        else if (plan.fallback !== undefined) built[plan.name] = plan.fallback();
        else if (plan.isClosed) throw new ValueRefused('MAPPING_REQUIRED_FIELD', 'is required');
      }
    } catch (error) {
      throw nameField(error, label, current);
    }
    return built;
  };
}

function nameField(error: unknown, label: string, field: string): unknown {
  if (error instanceof PermanentFailure && error.code !== 'EXPRESSION_FAILED') return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const reason = reasonOf(error);
  return new PermanentFailure(code, `Mapping ${label}, field ${field}: ${reason}`, {
    cause: error,
    details: { mapping: label, field },
  });
}

/** Never the digits of something that is no amount: they may be anything, a card number too. */
function reasonOf(error: unknown): string {
  if (error instanceof MoneyError && error.code === 'MONEY_NOT_A_NUMBER') {
    return 'is no decimal amount';
  }
  return error instanceof Error ? error.message : '';
}

function codeOf(error: unknown): string | undefined {
  const isKnown =
    error instanceof ValueRefused ||
    error instanceof MoneyError ||
    error instanceof PermanentFailure;
  return isKnown ? error.code : undefined;
}
