import { isScalar } from 'yaml';
import type { Node } from 'yaml';
import type { YamlFile } from './yaml-file.ts';

/** A look-up table: text in, a plain value out. */
export interface LookupTable {
  readonly name: string;
  /** True when every value is text. */
  readonly isText: boolean;
  readonly entries: ReadonlyMap<string, string | number | boolean>;
  /** Value for anything not listed, written under the key `*`. */
  readonly otherwise?: string | number | boolean;
}

/** Tables by name. */
export type LookupTables = ReadonlyMap<string, LookupTable>;

/** Reads the `key: value` entries of one table; faults go to the file. */
export function readTable(yaml: YamlFile, name: string, node: Node | undefined): LookupTable {
  const entries = new Map<string, string | number | boolean>();
  for (const { key, keyNode, value } of yaml.entries(node, `Table ${name}`)) {
    const plain = isScalar(value) ? value.value : undefined;
    if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean') {
      entries.set(key, plain);
    } else {
      yaml.fault(value ?? keyNode, `Table ${name} gives ${key} no plain value`);
    }
  }
  const otherwise = entries.get('*');
  const isText = [...entries.values()].every((value) => typeof value === 'string');
  entries.delete('*');
  return { name, isText, entries, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** Reads a table file: `table`, `version`, `entries`. */
export function readTableFile(yaml: YamlFile): LookupTable | undefined {
  const record = yaml.record(yaml.root, 'A table file', ['table', 'version', 'title', 'entries']);
  const name = yaml.text(record.get('table')?.value, 'table');
  yaml.wholeNumber(record.get('version')?.value, 'version', 1);
  return name === undefined ? undefined : readTable(yaml, name, record.get('entries')?.value);
}
