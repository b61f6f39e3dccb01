import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultKinds } from './fault-plan.ts';
import { invariants } from './invariants.ts';

const page = readFileSync(
  join(import.meta.dirname, '../../../docs/reference/storm.md'),
  'utf8',
).split('\n');

function rowsOf(heading: string): string[] {
  const from = page.indexOf(heading);
  const lines = page.slice(
    from,
    page.findIndex((line, at) => at > from && line.startsWith('## ')),
  );
  return lines.filter((line) => line.startsWith('| ')).slice(1);
}

describe('the page about the storm', () => {
  it('names every fault', () => {
    const rows = Object.entries(faultKinds).map(([kind, what]) => `| \`${kind}\` | ${what} |`);

    expect(rowsOf('## What breaks')).toEqual(rows);
  });

  it('names every invariant', () => {
    const rows = invariants.map(({ number, sentence }) => `| ${number} | ${sentence} |`);

    expect(page.filter((line) => /^\| \d+ \|/.test(line))).toEqual(rows);
  });
});
