import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@sluice/local-stack';
import { findings, type Findings } from './findings.ts';
import { flameFilesOf } from './flame-graphs/flame-folder.ts';
import { reportOf } from './report.ts';
import { roundsMin, type Summary } from './summary.ts';

const pageFile = join(repositoryRoot, 'docs/reference/performance.md');

const findingsBegin = 'What the profile shows, and what was tried:';
const flamesBegin = 'Flame graphs, from a run apart:';

const head = `# Performance

Written by \`npm run bench -- --write\`; nothing here is edited by hand. Every variant runs once a round, in turn, after a
warm-up; figures are medians with the least and the greatest of all rounds. Ratios are taken round by round and travel
between machines, absolute figures do not. After every run the events are counted and checked for duplicates and order, and
there is no figure when anything is wrong or when a baseline differs from itself by more than a factor of two. CPU time is
that of whole processes, their children included. Targets are what the project aims at; the median decides, and a
target that is missed says by how much.
`;

/** Why a summary may not stand in the reference page; undefined when it may. */
export function unpublishable({ name, refusals, rounds }: Summary): string | undefined {
  if (refusals.length > 0) return `${name} has no figure`;
  return rounds < roundsMin ? `${name} ran fewer than ${roundsMin} rounds` : undefined;
}

/** The page with the sections of these summaries in place of older ones; others stay. */
export function pageWith(
  page: string,
  summaries: readonly Summary[],
  known: Findings = findings,
): string {
  const sections = new Map(
    page
      .split(/^(?=## )/m)
      .filter((part) => part.startsWith('## '))
      .map((part) => [nameOf(part), part.trimEnd()]),
  );
  for (const summary of summaries) sections.set(summary.name, reportOf(summary).trimEnd());
  const linked = [...sections].map(([name, section]) => withAppendix(name, section, known[name]));
  return `${[head.trimEnd(), ...linked].join('\n\n')}\n`;
}

/** The section with what is known of a missed target and the flame graphs that are kept, in place of older ones. */
function withAppendix(name: string, section: string, known: readonly string[] = []): string {
  const [report = ''] = section.split(new RegExp(`\n\n(?:${findingsBegin}|${flamesBegin})`));
  const found = report.includes('| missed by ') ? known : [];
  const links = flameFilesOf(name).map(({ process, file }) => `[${process}](../assets/${file})`);
  return [
    report,
    ...(found.length === 0 ? [] : [[findingsBegin, '', ...found.map(listItem)].join('\n')]),
    ...(links.length === 0 ? [] : [`${flamesBegin} ${links.join(', ')}.`]),
  ].join('\n\n');
}

const listItem = (text: string): string => `- ${text}`;

/** Writes the sections into the reference page. */
export function writePage(summaries: readonly Summary[]): void {
  const page = existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : '';
  writeFileSync(pageFile, pageWith(page, summaries));
}

function nameOf(section: string): string {
  return section.slice('## '.length).split('\n')[0]?.trim() ?? '';
}
