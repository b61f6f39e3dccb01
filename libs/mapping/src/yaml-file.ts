import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, YAMLMap } from 'yaml';
import { DocumentRejected, type DocumentFault } from './fault.ts';

/** One `key: value` of a map, each with its node for positions. */
export interface YamlEntry {
  readonly key: string;
  readonly keyNode: Node;
  /** Undefined where nothing stands after the colon. */
  readonly value: Node | undefined;
}

/** Bound of one document's text. */
const documentCharactersMax = 262_144;

/**
 * A YAML document that knows the line and column of every node and collects faults.
 *
 * Anchors, aliases and repeated keys are refused. Readers add faults as they find them and
 * call {@link YamlFile.refuseIfFaulty} at the end, so that the author sees all at once.
 */
export class YamlFile {
  readonly file: string;
  readonly root: Node | undefined;
  private readonly document: Document;
  private readonly lines = new LineCounter();
  private readonly collected: DocumentFault[] = [];

  constructor(file: string, text: string) {
    this.file = file;
    const bounded = text.length > documentCharactersMax ? '' : text;
    this.document = parseDocument(bounded, {
      lineCounter: this.lines,
      prettyErrors: false,
      version: '1.2',
    });
    if (bounded !== text)
      this.faultAt(0, `The document is over ${documentCharactersMax} characters`);
    for (const error of [...this.document.errors, ...this.document.warnings]) {
      this.faultAt(error.pos[0], firstLine(error.message));
    }
    visit(this.document, (_key, node) => {
      if (isAlias(node)) this.fault(node, 'Aliases are not allowed: write the value out');
    });
    this.root = this.document.contents ?? undefined;
  }

  /** Everything found so far. */
  get faults(): readonly DocumentFault[] {
    return this.collected;
  }

  /** Notes what is wrong at a node; at the top of the file where there is no node. */
  fault(node: Node | null | undefined, message: string): void {
    this.faultAt(node?.range?.[0] ?? 0, message);
  }

  /** As {@link YamlFile.fault}, `offset` characters into the text of a one-line scalar. */
  faultInText(node: Node | undefined, offset: number, message: string): void {
    const type = (isScalar(node) && node.type) || 'PLAIN';
    const quote = type.startsWith('QUOTE') ? 1 : 0;
    const isBlock = type.startsWith('BLOCK');
    this.faultAt((node?.range?.[0] ?? 0) + (isBlock ? 0 : quote + offset), message);
  }

  /** @throws DocumentRejected with all faults, when there are any. */
  refuseIfFaulty(): void {
    if (this.collected.length > 0) throw new DocumentRejected(this.collected);
  }

  /** The entries of a map; notes a fault and gives none when the node is not a map. */
  entries(node: Node | undefined, what: string): readonly YamlEntry[] {
    if (!isMap(node)) {
      this.fault(node ?? this.root, `${what} must be a map`);
      return [];
    }
    return (node as YAMLMap<Node, Node | null>).items.flatMap((pair) => {
      if (isScalar(pair.key) && ['string', 'number', 'boolean'].includes(typeof pair.key.value)) {
        const key = pair.key.source ?? String(pair.key.value);
        return [{ key, keyNode: pair.key, value: pair.value ?? undefined }];
      }
      this.fault(pair.key, 'A key must be plain text');
      return [];
    });
  }

  /** The entries of a map by key; keys outside `allowed` are faults. */
  record(node: Node | undefined, what: string, allowed: readonly string[]): Map<string, YamlEntry> {
    const found = new Map<string, YamlEntry>();
    for (const entry of this.entries(node, what)) {
      if (!allowed.includes(entry.key)) {
        this.fault(entry.keyNode, `${what} knows no ${entry.key}; it knows ${allowed.join(', ')}`);
      }
      found.set(entry.key, entry);
    }
    return found;
  }

  /** The items of a list; notes a fault and gives none when the node is not a list. */
  items(node: Node | undefined, what: string): readonly Node[] {
    if (isSeq(node)) return node.items as Node[];
    this.fault(node ?? this.root, `${what} must be a list`);
    return [];
  }

  /** The text of a scalar; undefined with a fault when it is none or is empty. */
  text(node: Node | undefined, what: string): string | undefined {
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return node.value;
    this.fault(node ?? this.root, `${what} must be a text`);
    return undefined;
  }

  /** A whole number of at least `minimum`; undefined with a fault when it is none. */
  wholeNumber(node: Node | undefined, what: string, minimum: number): number | undefined {
    if (isScalar(node) && Number.isSafeInteger(node.value) && Number(node.value) >= minimum) {
      return Number(node.value);
    }
    this.fault(node ?? this.root, `${what} must be a whole number of at least ${minimum}`);
    return undefined;
  }

  /** True or false; undefined with a fault when it is neither. */
  flag(node: Node | undefined, what: string): boolean | undefined {
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    this.fault(node ?? this.root, `${what} must be true or false`);
    return undefined;
  }

  /** The node as plain data. */
  plain(node: Node | undefined): unknown {
    return node === undefined ? null : (node.toJS(this.document, { maxAliasCount: 0 }) as unknown);
  }

  private faultAt(offset: number, message: string): void {
    const { line, col } = this.lines.linePos(offset);
    this.collected.push({
      file: this.file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      message,
    });
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
