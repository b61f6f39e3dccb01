import { isScalar, type Node } from 'yaml';
import type { Compiled, CompileContext, SourceKind } from './compile-context.ts';
import { tableIn } from './compile-modifiers.ts';
import { expressionIn, pathIn } from './compile-path.ts';
import { addressShape, splitAddress, type PostalAddress } from './address.ts';
import { constantOf } from './constant.ts';
import { literalIn } from './literal.ts';
import { eachSource, listSource } from './list-sources.ts';
import { splitName } from './person-name.ts';
import { isMissing } from './plain-value.ts';
import { joinSentence } from './sentence.ts';
import { anyShape, type Shape, textShape } from './shape.ts';
import { compileTemplate } from './text-template.ts';
import { wrongType } from './value-refused.ts';
import type { YamlEntry } from './yaml-file.ts';

type Rule = ReadonlyMap<string, YamlEntry>;

const fromSource: SourceKind = {
  extras: [],
  compile: (entry, _rule, { context }) => pathIn(entry.value, context),
};

const valueSource: SourceKind = {
  extras: [],
  compile: (entry, _rule, { target, context }) => {
    const literal = literalIn(context.yaml, entry.value ?? entry.keyNode, target);
    return literal && { shape: target, read: constantOf(literal.value) };
  },
};

const celSource: SourceKind = {
  extras: [],
  compile: (entry, _rule, { context }) => {
    const read = expressionIn(entry.value, context);
    return read && { shape: anyShape, read };
  },
};

const fieldsSource: SourceKind = {
  extras: [],
  compile: (entry, _rule, { target, context }) =>
    context.compileFields(entry.value, target, context),
};

const textSource: SourceKind = {
  extras: [],
  compile: (entry, _rule, { context }) => {
    const read = compileTemplate(entry.value, context);
    return read && { shape: textShape, read };
  },
};

const joinSource: SourceKind = {
  extras: ['with'],
  compile: (entry, rule, { context }) => {
    const separator = rule.has('with') ? context.yaml.plain(rule.get('with')?.value) : ' ';
    if (typeof separator !== 'string') context.yaml.fault(entry.keyNode, 'with must be a text');
    const parts = context.yaml.items(entry.value, 'join').map((item) => joinPart(item, context));
    return {
      shape: textShape,
      read: (scope) =>
        parts
          .map((part) => part?.read(scope))
          .filter((value) => !isMissing(value))
          .map(requireText)
          .join(String(separator)),
    };
  },
};

function joinPart(item: Node, context: CompileContext): Compiled | undefined {
  return isScalar(item) ? pathIn(item, context) : context.compileRule(item, textShape, context);
}

const sentenceSource: SourceKind = {
  extras: ['table'],
  compile: (entry, rule, { context }) => {
    const path = pathIn(entry.value, context);
    const tableEntry = rule.get('table');
    if (tableEntry === undefined) {
      context.yaml.fault(entry.keyNode, 'sentence needs table, the look-up of the codes');
      return undefined;
    }
    const table = tableIn(tableEntry, context);
    if (path === undefined || table === undefined) return undefined;
    return {
      shape: textShape,
      read: (scope) => {
        const value = path.read(scope);
        if (isMissing(value)) return '';
        return joinSentence((Array.isArray(value) ? value : [value]).map(requireText), table);
      },
    };
  },
};

const addressSource: SourceKind = {
  extras: ['part'],
  compile: (entry, rule, { context }) => {
    const read = textReader(entry, context);
    const part = partOf(rule, [...addressShape.fields.keys()], context);
    if (read === undefined) return undefined;
    if (part === undefined) return ofText(read, addressShape, splitAddress);
    return ofText(read, textShape, (text) => splitAddress(text)[part as keyof PostalAddress]);
  },
};

const nameSource: SourceKind = {
  extras: ['part'],
  compile: (entry, rule, { context }) => {
    const read = textReader(entry, context);
    const part = partOf(rule, ['first', 'last'], context);
    if (read === undefined) return undefined;
    if (part === undefined) {
      context.yaml.fault(entry.keyNode, 'name needs part, first or last');
      return undefined;
    }
    return ofText(read, textShape, (text) => splitName(text)[part === 'first' ? 'first' : 'last']);
  },
};

function textReader(entry: YamlEntry, context: CompileContext): Compiled | undefined {
  const path = pathIn(entry.value, context);
  const kind = path?.shape.kind === 'maybe' ? path.shape.of.kind : path?.shape.kind;
  if (path === undefined || kind === 'text' || kind === 'any') return path;
  context.yaml.fault(entry.value, `${entry.key} takes text`);
  return undefined;
}

/** An absent or empty text has no parts: the value stays absent. */
function ofText(source: Compiled, shape: Shape, split: (text: string) => unknown): Compiled {
  return {
    shape: source.shape.kind === 'maybe' ? { kind: 'maybe', of: shape } : shape,
    read: (scope) => {
      const text = source.read(scope);
      return isMissing(text) ? undefined : split(requireText(text));
    },
  };
}

function partOf(rule: Rule, parts: readonly string[], context: CompileContext): string | undefined {
  const node = rule.get('part')?.value;
  const part = node && context.yaml.text(node, 'part');
  if (part === undefined || parts.includes(part)) return part;
  context.yaml.fault(node, `There is no part ${part}; there are ${parts.join(', ')}`);
  return undefined;
}

function requireText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrongType('text', value);
}

/** Every kind of source a rule may have, by its key. */
export const sourceKinds: ReadonlyMap<string, SourceKind> = new Map([
  ['from', fromSource],
  ['value', valueSource],
  ['cel', celSource],
  ['text', textSource],
  ['join', joinSource],
  ['sentence', sentenceSource],
  ['address', addressSource],
  ['name', nameSource],
  ['fields', fieldsSource],
  ['each', eachSource],
  ['list', listSource],
]);
