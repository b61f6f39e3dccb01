import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingExports, missingHeadings, missingPaths } from './docs.ts';
import { referencePages } from './reference-pages.ts';
import {
  declaredIsImported,
  everyFileImported,
  floors,
  kafkajsInOnePlace,
  names,
  plainCode,
  pureDomains,
  references,
  sizes,
  slicesApart,
} from './rules.ts';
import { readWorkspace } from './workspace.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const projects = readWorkspace(root);

describe('the house', () => {
  it.each([
    ['dependencies stand on lower floors', floors],
    ['what is declared is imported, and the other way round', declaredIsImported],
    ['tsconfig references are the declared dependencies', references],
    ['kafkajs is spoken in one place', kafkajsInOnePlace],
    ['domains are pure', pureDomains],
    ['slices do not import slices', slicesApart],
    ['files and functions keep their size', sizes],
    ['names say something', names],
    ['every file is used', everyFileImported],
    ['code is plain', plainCode],
  ])('is in order: %s', (_sentence, rule) => {
    expect(rule(projects)).toEqual([]);
  });

  it('names only paths that exist in its documents', () => {
    expect(missingPaths(root)).toEqual([]);
    expect(missingHeadings(root)).toEqual([]);
  });

  it('imports only what there is in the examples of its documents', () => {
    expect(missingExports(root)).toEqual([]);
  });

  it('has the reference pages that follow from the sources: run `npm run reference`', () => {
    for (const [path, text] of referencePages(projects)) {
      expect(readFileSync(join(root, path), 'utf8')).toBe(text);
    }
  });
});
