import type { ASTNode } from '@marcbachmann/cel-js';

/** What is wrong with a parsed expression, and the character where. */
export interface ExpressionFault {
  readonly message: string;
  readonly offset: number;
}

const macrosMax = 3;
const macros: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'map',
  'filter',
  'bind',
]);
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);

/** The first thing in the expression that could cost too much or calculate with raw money. */
export function findExpressionFault(root: ASTNode): ExpressionFault | undefined {
  let macroCount = 0;
  const search = (node: ASTNode, isInMacro: boolean): ExpressionFault | undefined => {
    const isMacro = isMacroCall(node);
    if (isMacro) macroCount += 1;
    const message = faultOf(node, isMacro && isInMacro, macroCount);
    if (message !== undefined) return { message, offset: node.range.start };
    const receiver = node.op === 'rcall' ? node.args[1] : undefined;
    for (const child of childrenOf(node)) {
      const fault = search(child, isInMacro || (isMacro && child !== receiver));
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  return search(root, false);
}

/** Every path the expression reads, outermost form, each once, the macros' own names included. */
export function readPaths(root: ASTNode): readonly string[] {
  return [...collect(root).paths];
}

/** As {@link readPaths}, without the names that macros bind. */
export function readReferences(root: ASTNode): readonly string[] {
  const { paths, bound } = collect(root);
  return [...paths].filter((path) => !bound.has(path.split('.', 1)[0] ?? ''));
}

/** The path and the text of an expression that is no more than `path == "text"`. */
export function readEquality(
  root: ASTNode,
): { readonly path: readonly string[]; readonly text: string } | undefined {
  if (root.op !== '==') return undefined;
  const [left, right] = root.args;
  const path = isPlainPath(left) ? pathOf(left) : undefined;
  const text: unknown = right.op === 'value' ? right.args : undefined;
  return path === undefined || typeof text !== 'string'
    ? undefined
    : { path: path.split('.'), text };
}

/** Without `.?`, whose values are wrapped. */
function isPlainPath(node: ASTNode): boolean {
  return node.op === 'id' || (node.op === '.' && isPlainPath(node.args[0]));
}

function collect(root: ASTNode): { paths: Set<string>; bound: Set<string> } {
  const found = { paths: new Set<string>(), bound: new Set<string>(['cel']) };
  const visit = (node: ASTNode): void => {
    if (isMacroCall(node)) found.bound.add(boundNameOf(node));
    const path = pathOf(node);
    if (path === undefined) childrenOf(node).forEach(visit);
    else found.paths.add(path);
  };
  visit(root);
  return found;
}

function boundNameOf(node: ASTNode): string {
  const first = node.op === 'rcall' ? node.args[2][0] : undefined;
  return first?.op === 'id' ? first.args : '';
}

function faultOf(node: ASTNode, isNested: boolean, macroCount: number): string | undefined {
  if (isNested) return 'A macro may not stand within another macro';
  if (macroCount > macrosMax) return `An expression has at most ${macrosMax} macros`;
  if ((node.op === 'rcall' || node.op === 'call') && node.args[0] === 'matches') {
    return 'matches is not allowed: use startsWith, endsWith, contains or ==';
  }
  if (arithmetic.has(node.op) && childrenOf(node).some(isMinor)) {
    return 'Money is not calculated in expressions: use moneyCompare or moneyAtLeast';
  }
  return undefined;
}

function isMinor(node: ASTNode): boolean {
  if (node.op === '.' || node.op === '.?') return node.args[1] === 'minor';
  if (node.op === 'call') return node.args[1].some(isMinor);
  return false;
}

function isMacroCall(node: ASTNode): boolean {
  return node.op === 'rcall' && macros.has(node.args[0]) && node.args[2].length > 1;
}

function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.' && node.op !== '.?') return undefined;
  const parent = pathOf(node.args[0]);
  return parent === undefined ? undefined : `${parent}.${node.args[1]}`;
}

/** The node's operands; its arguments are nested lists of nodes and plain values. */
function childrenOf(node: ASTNode): ASTNode[] {
  return [node.args].flat(3).filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'range' in value;
}
