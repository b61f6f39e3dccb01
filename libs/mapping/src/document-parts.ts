import type { Node } from 'yaml';
import type { CompileContext } from './compile-context.ts';
import { compileCondition, compileExpression, ExpressionRejected } from './expression.ts';
import { shapeAt } from './path.ts';
import type { RecordShape } from './shape.ts';
import { compileTemplate } from './text-template.ts';
import type { YamlFile } from './yaml-file.ts';

type Variables = Readonly<Record<string, unknown>>;

/**
 * Compiles a condition of a document; faults, unknown variables among them, go to the file with
 * line and column, and undefined is returned. The shape names the variables that exist.
 */
export function conditionOf(
  yaml: YamlFile,
  node: Node | undefined,
  variables: RecordShape,
): ((values: Variables) => boolean) | undefined {
  const text = yaml.text(node, 'A condition');
  if (text === undefined) return undefined;
  try {
    for (const reference of compileExpression(text).references) {
      const shape = shapeAt(variables, reference.split('.'));
      if (typeof shape === 'string') yaml.fault(node, `${reference}: ${shape}`);
    }
    return compileCondition(text);
  } catch (error) {
    if (!(error instanceof ExpressionRejected)) throw error;
    yaml.faultInText(node, error.offset, error.message);
    return undefined;
  }
}

/**
 * Compiles a text with holes, `{path}` or `{path as conversion}`, over the same variables; a
 * missing value leaves its hole empty. Faults go to the file.
 */
export function templateOf(
  yaml: YamlFile,
  node: Node | undefined,
  variables: RecordShape,
): ((values: Variables) => string) | undefined {
  const context: CompileContext = {
    yaml,
    tables: new Map(),
    zone: 'UTC',
    shapes: { root: variables, item: variables },
    label: '',
    field: 'the document',
    compileRule: () => undefined,
    compileFields: () => undefined,
  };
  const template = compileTemplate(node, context);
  return template && ((values) => template({ root: values, item: values }));
}
