import { describe, expect, it } from 'vitest';
import type { SeedReport } from './protocol.ts';
import { isGood, summarize, textOf } from './summary.ts';

const violation = { invariant: 2, detail: 'more than one payment p' };

function report(seed: number, overrides: Partial<SeedReport> = {}): SeedReport {
  return {
    seed,
    violations: [],
    faults: { kill: 2 },
    digest: `digest-${seed}`,
    virtualMs: 60_000,
    quietAfterMs: 9_000,
    realMs: 300,
    lines: [],
    ...overrides,
  };
}

const canary = report(0, { violations: [violation] });
const asked = { seeds: 2, from: 1, durationMs: 900 };

describe('summarize', () => {
  it('sums faults up and leaves the canary out', () => {
    const summary = summarize([report(2), canary, report(1)], asked);

    expect(summary).toMatchObject({ seeds: 2, faultsInjected: { kill: 4 }, violations: [] });
    expect(isGood(summary)).toBe(true);
  });

  it('is not good when an invariant was broken, and names the seed with its replay', () => {
    const broken = report(2, { violations: [violation] });

    const summary = summarize([canary, report(1), broken], asked);

    expect(summary.violations).toEqual([{ seed: 2, ...violation }]);
    expect(isGood(summary)).toBe(false);
    expect(textOf(summary)).toContain('--seeds 1 --from 2');
  });

  it('is not good when the canary was silent', () => {
    expect(isGood(summarize([report(0), report(1), report(2)], asked))).toBe(false);
  });

  it('has one digest whatever order the reports come in', () => {
    const one = summarize([canary, report(1), report(2)], asked);
    const other = summarize([report(2), report(1), canary], asked);

    expect(one.digest).toBe(other.digest);
    expect(summarize([canary, report(1), report(3)], { ...asked, seeds: 3 }).digest).not.toBe(
      one.digest,
    );
  });
});
