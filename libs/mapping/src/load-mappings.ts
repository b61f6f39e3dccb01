import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compileMapping } from './compile-mapping.ts';
import { DocumentRejected, type DocumentFault } from './fault.ts';
import { type Mapping, MappingSet } from './mapping.ts';
import type { Shape } from './shape.ts';
import { type LookupTables, readTableFile, type LookupTable } from './table.ts';
import { YamlFile } from './yaml-file.ts';

/** Known shapes by name; a `sluice.` name must be among them, any other name may be free form. */
export type ShapeCatalogue = ReadonlyMap<string, Shape>;

/** How to load a folder of mappings. */
export interface LoadMappingsOptions {
  /** Known shapes. @default none: every source and target is free form */
  readonly shapes?: ShapeCatalogue;
  /** Time zone of the business day. @default 'UTC' */
  readonly zone?: string;
}

/** How to read one mapping document. */
export interface ParseMappingOptions extends LoadMappingsOptions {
  /** Name for messages. @default 'mapping.yaml' */
  readonly file?: string;
  /** Folder that the document's tests are relative to. @default '.' */
  readonly folder?: string;
  /** Look-up tables besides those in the document. @default none */
  readonly tables?: LookupTables;
}

/**
 * Loads every `*.yaml` of a folder as a mapping and every `tables/*.yaml` as a look-up table.
 *
 * @throws DocumentRejected with the faults of all files, each with line and column; a document
 * with any fault is refused whole.
 */
export function loadMappings(folder: string, options: LoadMappingsOptions = {}): MappingSet {
  const faults: DocumentFault[] = [];
  const tables = loadTables(join(folder, 'tables'), faults);
  const mappings: Mapping[] = [];
  const seen = new Map<string, string>();
  for (const file of yamlFilesOf(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    const yaml = new YamlFile(file, text);
    const compiled = compileMapping(yaml, { ...withDefaults(options), folder, tables });
    const [first] = compiled;
    if (first !== undefined) {
      const key = `${first.name}:${first.version}`;
      const other = seen.get(key);
      if (other !== undefined) yaml.fault(yaml.root, `${key} already stands in ${other}`);
      seen.set(key, file);
      mappings.push(...compiled);
    }
    faults.push(...yaml.faults);
  }
  if (faults.length > 0) throw new DocumentRejected(faults);
  return new MappingSet(mappings);
}

/**
 * Reads one mapping document; the first of its targets when it names several.
 * @throws DocumentRejected with all its faults.
 */
export function parseMapping(text: string, options: ParseMappingOptions = {}): Mapping {
  const yaml = new YamlFile(options.file ?? 'mapping.yaml', text);
  const [mapping] = compileMapping(yaml, {
    ...withDefaults(options),
    folder: options.folder ?? '.',
    tables: options.tables ?? new Map(),
  });
  yaml.refuseIfFaulty();
  if (mapping === undefined) throw new DocumentRejected([]);
  return mapping;
}

function withDefaults(options: LoadMappingsOptions): { shapes: ShapeCatalogue; zone: string } {
  return { shapes: options.shapes ?? new Map(), zone: options.zone ?? 'UTC' };
}

function loadTables(folder: string, faults: DocumentFault[]): LookupTables {
  const tables = new Map<string, LookupTable>();
  for (const file of yamlFilesOf(folder)) {
    const yaml = new YamlFile(`tables/${file}`, readFileSync(join(folder, file), 'utf8'));
    const table = readTableFile(yaml);
    if (table !== undefined) {
      if (tables.has(table.name)) yaml.fault(yaml.root, `Table ${table.name} exists already`);
      tables.set(table.name, table);
    }
    faults.push(...yaml.faults);
  }
  return tables;
}

function yamlFilesOf(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted();
}
