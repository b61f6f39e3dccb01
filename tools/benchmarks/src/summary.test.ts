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
    expect(summary.ratios[0]?.value).toEqual({ median: 10, min: 8, max: 10 });
  });

  it('gives no figure when a baseline differs from itself by more than a factor of two', () => {
    const summary = summarize(
      [samplesOf('ours', [800, 700]), samplesOf('theirs', [100, 201])],
      context,
    );

    expect(summary.refusals).toEqual(['the rates of theirs differ by a factor of 2.0']);
    expect([summary.variants, summary.ratios]).toEqual([[], []]);
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
    expect(summary.ratios).toEqual([]);
  });
});
