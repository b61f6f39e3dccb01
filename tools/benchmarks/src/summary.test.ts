import { describe, expect, it } from 'vitest';
import { summarize } from './summary.ts';
import { context, samplesOf } from './testing/summaries.ts';

describe('summarize', () => {
  it('gives medians with both ends, and ratios taken round by round', () => {
    const summary = summarize(
      [samplesOf('ours', [800, 700, 900]), samplesOf('theirs', [100, 70, 90])],
      context,
    );

    expect(summary.refusals).toEqual([]);
    expect(summary.variants[0]?.ratePerSecond).toEqual({ median: 800, min: 700, max: 900 });
    expect(summary.goals[0]).toMatchObject({ value: { median: 10, min: 8, max: 10 }, isMet: true });
  });

  it('compares by CPU time and by other figures, with a bound above or below', () => {
    const ours = samplesOf('ours', [1], { figures: { 'p99 ms': 12 } });
    const theirs = samplesOf('theirs', [1], { cpuMicrosByProcess: { server: 60, client: 40 } });
    const { goals } = summarize([ours, theirs], {
      ...context,
      goals: [
        { measure: 'CPU', of: 'theirs', to: 'ours', bound: 'at least', target: 30 },
        { measure: 'p99 ms', of: 'ours', bound: 'at most', target: 10 },
        { measure: 'p99 ms', of: 'ours', bound: 'at most', target: 12 },
      ],
    });

    expect(goals.map(({ value, isMet }) => [value.median, isMet])).toEqual([
      [20, false],
      [12, false],
      [12, true],
    ]);
  });

  it('gives no figure when a baseline differs from itself by more than a factor of two', () => {
    const summary = summarize(
      [samplesOf('ours', [800, 700]), samplesOf('theirs', [100, 201])],
      context,
    );

    expect(summary.refusals).toEqual(['the rate of theirs differs by a factor of 2.0']);
    expect([summary.variants, summary.goals]).toEqual([[], []]);
  });

  it('minds a baseline only in what it is compared by', () => {
    const results = [samplesOf('ours', [800, 700]), samplesOf('theirs', [100, 201])];
    const goals = [{ ...context.goals[0]!, measure: 'CPU' }];
    expect(summarize(results, { ...context, goals }).refusals).toEqual([]);
  });

  it('does not mind when the product differs from itself', () => {
    const summary = summarize(
      [samplesOf('ours', [100, 900]), samplesOf('theirs', [100, 100])],
      context,
    );
    expect(summary.refusals).toEqual([]);
  });

  it('gives no figure when a run left something wrong behind', () => {
    const wrong = samplesOf('ours', [800], { faults: ['a-1 brought 2 again'] });
    const summary = summarize([wrong, samplesOf('theirs', [])], context);

    expect(summary.refusals).toEqual(['ours: a-1 brought 2 again']);
    expect(summary.goals).toEqual([]);
  });
});
