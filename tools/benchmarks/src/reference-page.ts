import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@sluice/local-stack';
import { reportOf } from './report.ts';
import { roundsMin, type Summary } from './summary.ts';

const pageFile = join(repositoryRoot, 'docs/reference/performance.md');

const head = `# Performance

Written by \`npm run bench -- --write\`; nothing here is edited by hand. Every variant runs once a round, in turn, after a
warm-up; figures are medians with the least and the greatest of all rounds. Ratios are taken round by round and travel
between machines, absolute figures do not. After every run the events are counted and checked for duplicates and order, and
there is no figure when anything is wrong or when a baseline differs from itself by more than a factor of two. CPU time is
that of whole processes, their children included. Targets are what the project aims at.
`;

/** Why a summary may not stand in the reference page; undefined when it may. */
export function unpublishable({ name, refusals, rounds }: Summary): string | undefined {
  if (refusals.length > 0) return `${name} has no figure`;
  return rounds < roundsMin ? `${name} ran fewer than ${roundsMin} rounds` : undefined;
}

/** The page with the sections of these summaries in place of older ones; others stay. */
export function pageWith(page: string, summaries: readonly Summary[]): string {
  const sections = new Map(
    page
      .split(/^(?=## )/m)
      .filter((part) => part.startsWith('## '))
      .map((part) => [nameOf(part), part.trimEnd()]),
  );
  for (const summary of summaries) sections.set(summary.name, reportOf(summary).trimEnd());
  return `${[head.trimEnd(), ...sections.values()].join('\n\n')}\n`;
}

/** Writes the sections into the reference page. */
export function writePage(summaries: readonly Summary[]): void {
  const page = existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : '';
  writeFileSync(pageFile, pageWith(page, summaries));
}

function nameOf(section: string): string {
  return section.slice('## '.length).split('\n')[0]?.trim() ?? '';
}
