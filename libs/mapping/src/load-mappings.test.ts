import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadMappings } from './load-mappings.ts';
import { runMappingTests } from './mapping-tests.ts';

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mappings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const sizes = 'table: sizes\nversion: 1\nentries: {s: small, "*": other}\n';
const note = (version: number, extra = ''): string =>
  `mapping: note\nversion: ${version}\nfrom: run\nto: body\n${extra}fields: {v: {value: ${version}}, s: {from: s, lookup: sizes}}\n`;

describe('loadMappings', () => {
  it('loads every version of a folder with its tables', () => {
    const folder = folderOf({
      'note-1.yaml': note(1),
      'note-2.yaml': note(2),
      'tables/sizes.yaml': sizes,
    });

    const set = loadMappings(folder);

    expect(set.get('note').version).toBe(2);
    expect(set.get('note', 1).apply({ s: 's' })).toEqual({ v: 1, s: 'small' });
    expect(set.findReference('note:2')?.apply({ s: 'x' })).toEqual({ v: 2, s: 'other' });
    expect(set.find('note', 3)).toBeUndefined();
    expect(() => set.get('nothing')).toThrow(expect.objectContaining({ code: 'MAPPING_UNKNOWN' }));
  });

  it('tells the faults of all files', () => {
    const folder = folderOf({
      'a.yaml': 'mapping: a\nversion: 1\nfrom: x\nto: y\nfields: {f: {form: x}}\n',
      'b.yaml': 'mapping: b\nversion: 0\nfrom: x\nto: y\nfields: {}\n',
      'tables/t.yaml': 'table: t\nversion: 1\nentries: {a: [1]}\n',
    });

    expect(() => loadMappings(folder)).toThrow(
      /tables\/t.yaml:3:14 .*\na.yaml:5:14 .*\n[^]*b.yaml:2:10 /,
    );
  });

  it('refuses a version that stands in two files', () => {
    const folder = folderOf({ 'a.yaml': note(1), 'b.yaml': note(1), 'tables/sizes.yaml': sizes });

    expect(() => loadMappings(folder)).toThrow('b.yaml:1:1 note:1 already stands in a.yaml');
  });

  it('is empty for a folder that does not exist', () => {
    expect(loadMappings('/nowhere/at/all').mappings).toEqual([]);
  });

  it('refuses a document that is not YAML, or is too long', () => {
    expect(() => loadMappings(folderOf({ 'a.yaml': 'mapping: [' }))).toThrow(/a.yaml:1:1/);
    expect(() => loadMappings(folderOf({ 'a.yaml': '#'.repeat(300_000) }))).toThrow('characters');
  });
});

describe('MappingSet', () => {
  it('gives the version in force at an instant', () => {
    const folder = folderOf({
      'a.yaml': note(1),
      'b.yaml': note(2, 'since: 2026-03-01T00:00:00Z\n'),
      'tables/sizes.yaml': sizes,
    });
    const set = loadMappings(folder);
    const versionAt = (iso: string): number[] =>
      set.inForce('run', BigInt(Date.parse(iso)) * 1_000n).map((mapping) => mapping.version);

    expect(versionAt('2026-02-28T23:59:59Z')).toEqual([1]);
    expect(versionAt('2026-03-01T00:00:00Z')).toEqual([2]);
    expect(set.inForce('other', 0n)).toEqual([]);
  });

  it('offers each target of a document under its own condition', () => {
    const text =
      'mapping: m\nversion: 1\nfrom: x\nto:\n  a: source.k == "a"\n  b: source.k == "b"\nfields: {k: {from: k}}\n';
    const set = loadMappings(folderOf({ 'm.yaml': text }));

    const taken = set.inForce('x', 0n).filter((mapping) => mapping.matches({ k: 'b' }));

    expect(taken.map((mapping) => mapping.to)).toEqual(['b']);
  });
});

describe('runMappingTests', () => {
  const document = (expected: string): string =>
    `mapping: m\nversion: 1\nfrom: x\nto: y\nfields: {k: {from: k, required: true}}\ntests:\n  - {name: t, given: g.json, ${expected}}\n`;

  it.each([
    ['expect: e.json', '{"k": "1"}', '{"k": "1"}', true],
    ['expect: e.json', '{"k": "1"}', '{"k": "2"}', false],
    ['expect: e.json', '{"k": "1"}', '{"k": "1", "l": 1}', false],
    ['expect: e.json', '{}', '{"k": "1"}', false],
    ['fails: MAPPING_REQUIRED_FIELD', '{}', '{}', true],
    ['fails: MAPPING_WRONG_TYPE', '{}', '{}', false],
    ['fails: MAPPING_REQUIRED_FIELD', '{"k": "1"}', '{}', false],
  ])('judges %s for %s against %s as %s', (wanted, given, expected, isPassed) => {
    const files = { 'm.yaml': document(wanted), 'g.json': given, 'e.json': expected };

    const results = runMappingTests(loadMappings(folderOf(files)));

    expect(results).toEqual([expect.objectContaining({ mapping: 'm', name: 't', isPassed })]);
  });
});
