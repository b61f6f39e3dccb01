import { describe, expect, it } from 'vitest';
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
import { parseSource } from './source.ts';
import type { Project } from './workspace.ts';

function project(
  folder: string,
  floor: number,
  rest: Partial<Project> & { sources?: Record<string, string> } = {},
): Project {
  const { sources = {}, ...overrides } = rest;
  return {
    name: `@sluice/${folder.split('/')[1]}`,
    folder,
    floor,
    dependencies: new Map(),
    devDependencies: new Map(),
    references: [],
    exports: ['./src/index.ts'],
    files: Object.entries(sources).map(([path, text]) =>
      parseSource(`${folder}/src/${path}`, text),
    ),
    ...overrides,
  };
}

const money = project('libs/money', 0);
const on = (name: string, version = '*'): Map<string, string> => new Map([[name, version]]);

describe('the rules', () => {
  it('see a dependency on the same floor', () => {
    const clock = project('libs/clock', 0, { dependencies: on('@sluice/money') });

    expect(floors([money, clock])).toEqual([
      'libs/clock (floor 0) depends on libs/money (floor 0)',
    ]);
  });

  it('see an undeclared, an unused and an inexact package', () => {
    const sources = { 'index.ts': "import { a } from 'undeclared';" };
    const faulty = project('libs/a', 1, { dependencies: on('unused', '^1.0.0'), sources });

    expect(declaredIsImported([faulty])).toHaveLength(3);
  });

  it('see a missing reference', () => {
    expect(
      references([money, project('libs/a', 1, { dependencies: on('@sluice/money') })]),
    ).toHaveLength(1);
  });

  it('see kafkajs outside of its adapter', () => {
    const sources = { 'index.ts': "import { Kafka } from 'kafkajs';" };

    expect(kafkajsInOnePlace([project('libs/outbox', 3, { sources })])).toHaveLength(1);
    expect(kafkajsInOnePlace([project('libs/messaging-kafka', 3, { sources })])).toEqual([]);
  });

  it('see a domain that does I/O', () => {
    const sources = { 'domain/pay.ts': "import { DataSource } from 'typeorm';" };

    expect(pureDomains([project('services/a', 5, { sources })])).toHaveLength(1);
  });

  it('see a slice that imports a slice', () => {
    const sources = {
      'pay-order/pay.ts': "import { x } from '../ship-order/ship.ts';",
      'ship-order/ship.controller.ts': '',
    };

    expect(slicesApart([project('services/a', 5, { sources })])).toHaveLength(1);
  });

  it('see long files, long functions and many parameters', () => {
    const long = `export function f(a: 1, b: 2, c: 3, d: 4) {\n${'f(1, 2, 3, 4);\n'.repeat(400)}}\n`;

    expect(sizes([project('libs/a', 1, { sources: { 'index.ts': long } })])).toHaveLength(3);
  });

  it('see names that say nothing', () => {
    expect(
      names([project('libs/a', 1, { sources: { 'string-utils.ts': '', 'CamelCase.ts': '' } })]),
    ).toHaveLength(2);
  });

  it('see a file that nobody imports', () => {
    const sources = { 'index.ts': "export * from './used.ts';", 'used.ts': '', 'forgotten.ts': '' };

    expect(everyFileImported([project('libs/a', 1, { sources })])).toEqual([
      'libs/a/src/forgotten.ts: no file imports it',
    ]);
  });

  it('see default exports and untyped code', () => {
    const sources = { 'index.ts': 'export default 1; const a: any = 2;' };

    expect(plainCode([project('libs/a', 1, { sources })])).toHaveLength(2);
  });
});
