import { describe, expect, it } from 'vitest';
import { missesOf, reportOf } from './report.ts';
import { summarize } from './summary.ts';
import { context, goal, goodSummary, samplesOf } from './testing/summaries.ts';

const results = [
  samplesOf('ours', [100, 100], { figures: { 'p99 ms': 30 } }),
  samplesOf('theirs', [100, 100]),
];
const missed = summarize(results, {
  ...context,
  goals: [goal, { measure: 'p99 ms', of: 'ours', bound: 'at most', target: 10 }],
});

describe('the report', () => {
  it('says of each missed target by how much', () => {
    expect(missesOf(missed)).toEqual([
      'demo: rate of ours to that of theirs is 1.00, target at least 4: missed by 75 %',
      'demo: p99 ms of ours is 30, target at most 10: missed by 200 %',
    ]);
    expect(reportOf(missed)).toContain(
      '| p99 ms | ours | – | **30** (30–30) | at most 10 | missed by 200 % |',
    );
  });

  it('has nothing to say of targets that are met', () => {
    expect(missesOf(goodSummary())).toEqual([]);
    expect(reportOf(goodSummary())).toContain('| at least 4 | met |');
  });

  it('leaves columns out that nobody fills', () => {
    expect(reportOf(goodSummary())).not.toContain('figures');
    expect(reportOf(missed)).toContain('p99 ms **30** (30–30)');
  });
});
