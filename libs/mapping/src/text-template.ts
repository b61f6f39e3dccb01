import type { Node } from 'yaml';
import type { CompileContext } from './compile-context.ts';
import { type Conversion, conversionOf } from './conversions.ts';
import { compilePath, type Scope } from './path.ts';
import { wrongType } from './value-refused.ts';

type Piece = (scope: Scope) => string;

const holePattern = /\{([^{}]{1,200})\}/g;
const insidePattern = /^\s*([^\s]+)(?:\s+as\s+([a-z0-9-]+))?\s*$/;

/**
 * Compiles a text with holes: `{path}` or `{path as conversion}`; a missing value leaves its hole
 * empty.
 */
export function compileTemplate(
  node: Node | undefined,
  context: CompileContext,
): ((scope: Scope) => string) | undefined {
  const template = context.yaml.text(node, `The text of ${context.field}`);
  if (template === undefined) return undefined;
  const pieces: Piece[] = [];
  let end = 0;
  for (const hole of template.matchAll(holePattern)) {
    pieces.push(plainPiece(template.slice(end, hole.index), node, context));
    const piece = holePiece(hole[1] ?? '', context);
    if (typeof piece === 'string') context.yaml.faultInText(node, hole.index, piece);
    else pieces.push(piece);
    end = hole.index + hole[0].length;
  }
  pieces.push(plainPiece(template.slice(end), node, context));
  return (scope) => pieces.map((piece) => piece(scope)).join('');
}

function plainPiece(text: string, node: Node | undefined, context: CompileContext): Piece {
  if (/[{}]/.test(text)) context.yaml.fault(node, 'A brace in a text opens or closes a {path}');
  return () => text;
}

function holePiece(inside: string, context: CompileContext): Piece | string {
  const [, pathText = '', name] = insidePattern.exec(inside) ?? [];
  const path = compilePath(pathText, context.shapes);
  if (typeof path === 'string') return path;
  const kind = path.shape.kind === 'maybe' ? path.shape.of.kind : path.shape.kind;
  const conversion = conversionOf(name ?? 'text');
  const fault = holeFault(name ?? 'text', conversion);
  if (conversion === undefined || fault !== undefined) return fault ?? '';
  if (kind !== 'any' && !conversion.accepts.includes(kind)) {
    return `${pathText} is ${kind}: write {${pathText} as …} with a conversion that takes it`;
  }
  const settings = { zone: context.zone, currency: undefined };
  return (scope) => {
    const value = path.read(scope);
    return value === undefined ? '' : asText(conversion.convert(value, settings));
  };
}

function holeFault(name: string, conversion: Conversion | undefined): string | undefined {
  if (conversion === undefined) return `There is no conversion ${name}`;
  return conversion.gives.kind === 'text' ? undefined : `${name} does not give text`;
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrongType('text', value);
}
