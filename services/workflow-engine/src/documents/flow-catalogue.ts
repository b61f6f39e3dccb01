import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functions } from '@sluice/contracts';
import { DocumentRejected, loadMappings, type DocumentFault } from '@sluice/mapping';
import { compileFlow } from '../domain/compile-flow.ts';
import type { FlowLibrary } from '../domain/flow-library.ts';
import type { Flow } from '../domain/flow.ts';
import { argumentShapes } from './argument-shapes.ts';
import { isEventType } from './event-types.ts';

/** A flow with the document it was compiled from. */
export interface FlowDocument {
  readonly flow: Flow;
  readonly text: string;
  /** SHA-256 of the text. */
  readonly hash: string;
}

/** Where the mappings are, and in which time zone the business day is. */
export interface LibraryOptions {
  readonly mappingsDir: string;
  /** IANA name, for example `Europe/Berlin`. */
  readonly timeZone: string;
}

/**
 * What flows may refer to: the catalogue's functions, the mappings of a folder, all event types.
 *
 * @throws DocumentRejected with the faults of all mapping files.
 */
export function loadLibrary(options: LibraryOptions): FlowLibrary {
  const shapes = argumentShapes();
  const mappings = loadMappings(options.mappingsDir, { shapes, zone: options.timeZone });
  return {
    findFunction: (name) => (Object.hasOwn(functions, name) ? functions[name] : undefined),
    findMapping: (name, version) => mappings.find(name, version),
    isEventType,
  };
}

/**
 * Loads every `*.yaml` of a folder as a flow.
 *
 * @throws DocumentRejected with the faults of all files; a file with any fault is refused whole.
 */
export function loadFlows(folder: string, library: FlowLibrary): readonly FlowDocument[] {
  const faults: DocumentFault[] = [];
  const documents = new Map<string, FlowDocument>();
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  for (const file of files.toSorted()) {
    try {
      const document = compileDocument(file, readFileSync(join(folder, file), 'utf8'), library);
      const { name } = document.flow;
      if (documents.has(name)) {
        faults.push({ file, line: 1, column: 1, message: `Another file has a flow "${name}"` });
      }
      documents.set(name, document);
    } catch (error) {
      if (!(error instanceof DocumentRejected)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new DocumentRejected(faults);
  return [...documents.values()];
}

/** Compiles one document. @throws DocumentRejected with all its faults. */
export function compileDocument(file: string, text: string, library: FlowLibrary): FlowDocument {
  const hash = createHash('sha256').update(text).digest('hex');
  return { flow: compileFlow(file, text, library), text, hash };
}
