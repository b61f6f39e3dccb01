import type { Node } from 'yaml';
import type { CompileContext } from './compile-context.ts';
import { compileCondition, compileExpression, ExpressionRejected } from './expression.ts';
import { type CompiledPath, compilePath, type Scope, shapeAt } from './path.ts';

/** Compiles the path that stands in a node; notes a fault when it is none. */
export function pathIn(node: Node | undefined, context: CompileContext): CompiledPath | undefined {
  const text = context.yaml.text(node, `The path of ${context.field}`);
  if (text === undefined) return undefined;
  const path = compilePath(text, context.shapes);
  if (typeof path !== 'string') return path;
  context.yaml.fault(node, path);
  return undefined;
}

/** Variables of an expression in a mapping: the whole source, and the element of `each`. */
export function expressionVariables(scope: Scope): Record<string, unknown> {
  return { source: scope.root, item: scope.item };
}

/** Compiles the expression of a node; `source` and `item` are checked against known shapes. */
export function expressionIn(
  node: Node | undefined,
  context: CompileContext,
): ((scope: Scope) => unknown) | undefined {
  return compileIn(node, context, (text) => {
    const expression = compileExpression(text);
    return (scope) => expression.evaluate(expressionVariables(scope));
  });
}

/** As {@link expressionIn}, for an expression that says true or false. */
export function conditionIn(
  node: Node | undefined,
  context: CompileContext,
): ((scope: Scope) => boolean) | undefined {
  return compileIn(node, context, (text) => {
    const condition = compileCondition(text);
    return (scope) => condition(expressionVariables(scope));
  });
}

function compileIn<T>(
  node: Node | undefined,
  context: CompileContext,
  compile: (text: string) => T,
): T | undefined {
  const text = context.yaml.text(node, `The expression of ${context.field}`);
  if (text === undefined) return undefined;
  try {
    const compiled = compile(text);
    for (const fault of referenceFaults(text, context)) context.yaml.fault(node, fault);
    return compiled;
  } catch (error) {
    if (!(error instanceof ExpressionRejected)) throw error;
    context.yaml.faultInText(node, error.offset, error.message);
    return undefined;
  }
}

function referenceFaults(text: string, context: CompileContext): readonly string[] {
  return compileExpression(text).references.flatMap((reference) => {
    const [variable, ...segments] = reference.split('.');
    if (variable !== 'source' && variable !== 'item') {
      return [`${reference}: an expression reads from source or item`];
    }
    const start = variable === 'source' ? context.shapes.root : context.shapes.item;
    const shape = shapeAt(start, segments);
    return typeof shape === 'string' ? [`${reference}: ${shape}`] : [];
  });
}
