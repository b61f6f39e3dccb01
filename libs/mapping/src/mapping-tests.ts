import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Failure } from '@sluice/failure';
import type { Mapping, MappingSet, MappingTestCase } from './mapping.ts';
import { isRecord } from './plain-value.ts';
import { reviveJson, toPlainJson } from './shaped-json.ts';

/** How one test of a mapping document came out. */
export interface MappingTestResult {
  readonly mapping: string;
  readonly version: number;
  readonly name: string;
  readonly isPassed: boolean;
  /** What was expected: target and JSON, or the code of a failure. */
  readonly expected: unknown;
  /** What came out: target and JSON, or code and sentence of a failure. */
  readonly actual: unknown;
}

/**
 * Runs the tests that stand in the documents of a set.
 *
 * Fixtures are JSON; whole numbers beyond what JSON holds exactly are written as text. Lineage is
 * not part of the comparison. A source that no target accepts fails with MAPPING_UNMAPPED.
 */
export function runMappingTests(set: MappingSet): readonly MappingTestResult[] {
  const documents = Map.groupBy(set.mappings, ({ name, version }) => `${name}:${version}`);
  return [...documents.values()].flatMap((targets) =>
    (targets[0]?.definition.tests ?? []).map((test) => runOne(targets, test)),
  );
}

function runOne(targets: readonly Mapping[], test: MappingTestCase): MappingTestResult {
  const [first] = targets;
  if (first === undefined) throw new Error('A mapping document without a target has no tests');
  const { source, folder } = first.definition;
  const given = asSource(reviveJson(source, readJson(folder, test.given)));
  const mapping = targets.find((target) => target.matches(given)) ?? first;
  const expected =
    test.expect === undefined
      ? { fails: test.fails }
      : { type: mapping.to, data: expectedOf(mapping, readJson(folder, test.expect)) };
  const actual = outcomeOf(mapping, given);
  const isPassed =
    test.expect === undefined
      ? isRecord(actual) && actual['fails'] === test.fails
      : isDeepStrictEqual(actual, expected);
  const { name, version } = mapping;
  return { mapping: name, version, name: test.name, isPassed, expected, actual };
}

function expectedOf(mapping: Mapping, json: unknown): unknown {
  return toPlainJson(withoutLineage(reviveJson(mapping.definition.target, json)));
}

function outcomeOf(mapping: Mapping, given: Record<string, unknown>): unknown {
  try {
    if (!mapping.matches(given)) return { fails: 'MAPPING_UNMAPPED', sentence: 'No target fits' };
    return { type: mapping.to, data: toPlainJson(withoutLineage(mapping.apply(given))) };
  } catch (error) {
    if (error instanceof Failure) return { fails: error.code, sentence: error.message };
    throw error;
  }
}

function withoutLineage(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { lineage: _lineage, ...rest } = value;
  return rest;
}

function asSource(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : { value };
}

function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as unknown;
}
