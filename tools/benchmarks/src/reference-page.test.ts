import { describe, expect, it } from 'vitest';
import { benchmarks } from './benchmarks.ts';
import { findings } from './findings.ts';
import { pageWith, unpublishable } from './reference-page.ts';
import { goodSummary } from './testing/summaries.ts';

describe('the reference page', () => {
  it('tells ratio, target, spread, processes, machine, versions and date', () => {
    const page = pageWith('', [goodSummary()]);

    expect(page).toContain('| rate | ours | theirs | **8.00** (7.00–10) | at least 4 | met |');
    expect(page).toContain('| theirs | 10 | **100** (90–100) | server 5.0 |');
    expect(page).toContain('2026-01-15, 2 cores (P, linux x64), load average 0.5 before');
    expect(page).toContain('Node 24.');
  });

  it('replaces the section of the same name and leaves the others', () => {
    const first = pageWith('', [goodSummary({ name: 'a' }), goodSummary({ name: 'b' })]);

    const second = pageWith(first, [goodSummary({ name: 'a', loadAverageBefore: 3.25 })]);

    expect(second.match(/^## .*/gm)).toEqual(['## a', '## b']);
    expect(second.match(/load average [\d.]+/g)).toEqual(['load average 3.25', 'load average 0.5']);
    expect(second.startsWith('# Performance\n')).toBe(true);
  });

  it('stays the same when the same figures are written again', () => {
    const page = pageWith('', [goodSummary()]);
    expect(pageWith(page, [goodSummary()])).toBe(page);
  });

  it('tells what is known of a target that is missed, and nothing of one that is met', () => {
    const known = { demo: ['The disk takes it all.'] };
    const missed = goodSummary({ goals: [{ ...goodSummary().goals[0]!, isMet: false }] });

    const page = pageWith('', [missed], known);

    expect(page).toContain('what was tried:\n\n- The disk takes it all.\n');
    expect(pageWith(page, [missed], known)).toBe(page);
    expect(pageWith(page, [goodSummary()], known)).not.toContain('The disk');
  });

  it('knows only of benchmarks that exist', () => {
    expect(benchmarks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(Object.keys(findings)),
    );
  });

  it('takes neither a refused figure nor too few rounds', () => {
    expect(unpublishable(goodSummary())).toBeUndefined();
    expect(unpublishable(goodSummary({ refusals: ['lost one'] }))).toBe('demo has no figure');
    expect(unpublishable(goodSummary({ rounds: 4 }))).toBe('demo ran fewer than 5 rounds');
  });
});
