import { compileExpression, ExpressionRejected, isExpression } from '@sluice/mapping';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { FlowFile } from './flow-file.ts';
import type { Template } from './flow.ts';
import { toJson, type Json } from './json.ts';

/**
 * Compiles a value in which every text written as `${ … }` is an expression.
 *
 * A text that mixes an expression with other words is refused, for nobody could tell what type
 * it has. What is wrong is noted in the file with its place.
 */
export function compileTemplate(file: FlowFile, node: Node | undefined): Template {
  if (isMap(node)) return compileMap(file, node);
  if (isSeq(node)) {
    const items = file.items(node, 'A list').map((item) => compileTemplate(file, item));
    return (variables) => items.map((item) => item(variables));
  }
  const value = toJson(file.plain(node));
  if (typeof value !== 'string' || !value.includes('${')) return () => value;
  return compileExpressionAt(file, node, value);
}

/** Compiles a field that must be one expression; it may be written without `${ }`. */
export function compileExpressionAt(
  file: FlowFile,
  node: Node | undefined,
  text: string,
): Template {
  if (text.includes('${') && !isExpression(text)) {
    file.fault(node, 'An expression fills its whole value: ${ "text " + output.name }');
    return () => null;
  }
  try {
    const expression = compileExpression(text);
    file.use({ node, text, references: expression.references });
    return (variables) => toJson(expression.evaluate(variables));
  } catch (error) {
    if (!(error instanceof ExpressionRejected)) throw error;
    file.fault(node, `The expression is not valid: ${error.message}`);
    return () => null;
  }
}

/** The text of a scalar, or undefined for anything that is only known when the flow runs. */
export function constantOf(node: Node | undefined): Json | undefined {
  if (!isScalar(node)) return undefined;
  const value = toJson(node.value);
  return typeof value === 'string' && value.includes('${') ? undefined : value;
}

function compileMap(file: FlowFile, node: Node): Template {
  const fields = file
    .entries(node, 'A map')
    .map(({ key, value }) => ({ key, template: compileTemplate(file, value) }));
  return (variables) =>
    Object.fromEntries(fields.map(({ key, template }) => [key, template(variables)]));
}
