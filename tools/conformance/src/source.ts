import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One source file, as far as the rules look at it. */
export interface SourceFile {
  /** Path relative to the root. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
  readonly functions: readonly FunctionSize[];
  readonly hasDefaultExport: boolean;
  readonly exportedNames: readonly string[];
}

/** A function's place and size. */
export interface FunctionSize {
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
  /** A constructor takes what is injected; an override has its base's parameters. */
  readonly isParameterListGiven: boolean;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Reads and parses one file. */
export function readSource(root: string, path: string): SourceFile {
  return parseSource(path, readFileSync(join(root, path), 'utf8'));
}

/** Parses a text as if it stood at `path`. */
export function parseSource(path: string, text: string): SourceFile {
  const { module, program } = parseSync(path, text);
  const dynamic = module.dynamicImports.map(({ moduleRequest }) =>
    text.slice(moduleRequest.start, moduleRequest.end).replaceAll(/^['"]|['"]$/g, ''),
  );
  const exported = module.staticExports.flatMap((statement) => statement.entries);
  return {
    path,
    text,
    imports: [
      ...module.staticImports.map((statement) => statement.moduleRequest.value),
      ...exported.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : [])),
      ...dynamic,
    ],
    functions: functionsOf(program as unknown as Node, text),
    hasDefaultExport: exported.some((entry) => String(entry.exportName.kind) === 'Default'),
    exportedNames: exported.flatMap((entry) => entry.exportName.name ?? []),
  };
}

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

function functionsOf(program: Node, text: string): FunctionSize[] {
  const found: FunctionSize[] = [];
  const lineStarts = lineStartsOf(text);
  const visit = (value: unknown, parent: Node | undefined): void => {
    if (Array.isArray(value)) return value.forEach((member) => visit(member, parent));
    if (typeof value !== 'object' || value === null || !('type' in value)) return;
    const node = value as Node;
    if (functionTypes.has(node.type)) found.push(sizeOf(node, parent, lineStarts));
    for (const [key, member] of Object.entries(node)) {
      if (key !== 'type' && key !== 'start' && key !== 'end') visit(member, node);
    }
  };
  visit(program, undefined);
  return found;
}

function sizeOf(node: Node, parent: Node | undefined, lineStarts: readonly number[]): FunctionSize {
  const first = lineOf(node.start, lineStarts);
  return {
    line: first,
    lines: lineOf(node.end, lineStarts) - first + 1,
    parameters: Array.isArray(node.params) ? node.params.length : 0,
    isParameterListGiven:
      parent?.type === 'MethodDefinition' &&
      (parent.kind === 'constructor' || parent.override === true),
  };
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) {
    starts.push(index + 1);
  }
  return starts;
}

function lineOf(offset: number, starts: readonly number[]): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
