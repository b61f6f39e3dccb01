import { DocumentRejected } from '@sluice/mapping';
import { describe, expect, it } from 'vitest';
import { compileFlow } from './compile-flow.ts';
import { documentOf, smallLibrary } from './testing/small-flows.ts';

/** Line of the first task in a document of `documentOf`. */
const firstTaskLine = 10;

function faultsOf(text: string): readonly string[] {
  try {
    compileFlow('small.yaml', text, smallLibrary);
    return [];
  } catch (error) {
    if (!(error instanceof DocumentRejected)) throw error;
    return error.faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

describe('compileFlow', () => {
  it('accepts a small flow and knows its tasks by path', () => {
    const text = documentOf(`
  - outer: {do: [{inner: {set: {a: 1}}}]}`);

    const flow = compileFlow('small.yaml', text, smallLibrary);

    expect(flow).toMatchObject({ name: 'small', version: '1.0.0', triggerType: 'test.Started' });
    expect([...flow.tasks.keys()]).toEqual(['outer', 'outer.inner']);
  });

  it.each([
    ['an unknown field', `{set: {a: 1}, colour: red}`, '22', 'colour'],
    ['an unknown function', `{call: test.sing:1.0.0@sluice}`, '15', 'no function "test.sing'],
    ['a function without the catalogue', `{call: test.greet:1.0.0}`, '15', 'no function'],
    [
      'an unknown mapping',
      `{call: test.greet:1.0.0@sluice, with: {mapping: 'song:1', from: '\${ input }'}}`,
      '56',
      'no mapping "song:1"',
    ],
    [
      'a mapping of another function',
      `{call: test.pay:1.0.0@sluice, with: {mapping: 'greeting:1', from: '\${ input }'}}`,
      '54',
      'makes arguments of test.greet',
    ],
    ['a missing argument', `{call: test.greet:1.0.0@sluice, with: {}}`, '46', 'needs "name"'],
    [
      'an unknown argument',
      `{call: test.greet:1.0.0@sluice, with: {name: a, age: 1}}`,
      '46',
      'takes no "age"',
    ],
    [
      'an argument of the wrong type',
      `{call: test.greet:1.0.0@sluice, with: {name: 7}}`,
      '53',
      '"name" is to be a text',
    ],
    ['an expression that is none', `{set: {a: '\${ 1 + }'}}`, '18', 'expression is not valid'],
    ['an expression with words around it', `{set: {a: 'x \${ input }'}}`, '18', 'fills its whole'],
    ['a variable nobody provides', `{set: {a: '\${ inptu.key }'}}`, '18', 'called "inptu"'],
    [
      'arithmetic on money',
      `{set: {a: '\${ input.amount.minor + 1 }'}}`,
      '18',
      'Money is not calculated',
    ],
    ['a way to nowhere', `{set: {a: 1}, then: nowhere}`, '28', 'no task "nowhere"'],
    ['a task of two kinds', `{set: {a: 1}, listen: {}}`, '5', 'exactly one of'],
    ['a task of no kind', `{then: end}`, '5', 'exactly one of'],
    ['a try without a catch', `{try: [{a: {set: {b: 1}}}]}`, '9', 'needs a catch'],
    [
      'an event type that does not exist',
      `{listen: {to: {one: {with: {type: test.Nothing}}}}}`,
      '42',
      'no event type',
    ],
    [
      'a timeout that says nothing',
      `{listen: {to: {one: {with: {type: test.Happened}}}}, timeout: {after: {}}}`,
      '71',
      'longer than nothing',
    ],
  ])('refuses %s with line and column', (_what, task, column, message) => {
    const faults = faultsOf(documentOf(`  - a: ${task}`));

    expect(faults.join('\n')).toContain(message);
    expect(faults.some((fault) => fault.startsWith(`${firstTaskLine}:`))).toBe(true);
    expect(faults.map((fault) => fault.split(' ')[0])).toContain(`${firstTaskLine}:${column}`);
  });

  it('refuses a call whose declared errors nobody catches', () => {
    const pay = `{call: test.pay:1.0.0@sluice, with: {amount: {minor: '1'}}}`;
    const caught = `errors: {with: {type: 'urn:sluice:error:no-money'}}, do: [{c: {set: {d: 1}}}]`;

    expect(faultsOf(documentOf(`  - a: ${pay}`)).join()).toContain('may raise "no-money"');
    expect(faultsOf(documentOf(`  - a: {try: [{b: ${pay}}], catch: {${caught}}}`))).toEqual([]);
  });

  it('refuses two tasks of one name, whose effect keys would be the same', () => {
    const faults = faultsOf(documentOf(`  - a: {set: {b: 1}}\n  - a: {set: {b: 2}}`));

    expect(faults.join()).toContain('keys of its effects could not be told apart');
  });

  it('tells every fault of a document at once', () => {
    const text = documentOf(`  - a: {set: {b: 1}, x: 1}\n  - c: {call: nothing@sluice}`);

    expect(faultsOf(text.replace('cel}', 'jq}'))).toEqual([
      '7:22 Expressions are written in cel, not in jq',
      expect.stringContaining('10:22'),
      expect.stringContaining('11:15'),
    ]);
  });

  it.each([
    ['no name', '  name: small\n', ''],
    ['another dsl', "dsl: '1.0.3'", "dsl: '0.8'"],
    ['a version that is none', "version: '1.0.0'", "version: 'one'"],
    [
      'no keys',
      "  metadata: {sluice: {businessKey: '${ input.key }', runKey: '${ input.key }'}}\n",
      '',
    ],
  ])('refuses a document with %s', (_what, part, other) => {
    const text = documentOf('  - a: {set: {b: 1}}');

    expect(text).toContain(part);
    expect(faultsOf(text.replace(part, other))).not.toEqual([]);
  });

  it('refuses what is not YAML, or too large to be looked at', () => {
    expect(faultsOf('a: [')).not.toEqual([]);
    expect(faultsOf(`# ${'x'.repeat(300_000)}`).join()).toContain('262144');
  });
});
