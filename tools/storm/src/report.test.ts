import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wantedOrderOf } from '@sluice/end-to-end';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Verdict } from './invariants.ts';
import { Journal } from './journal.ts';
import { describeReport, reportOf, type StormReport } from './report.ts';
import { order } from './testing/sound-evidence.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storm-report-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function report(verdicts: readonly Verdict[]): StormReport {
  const journal = new Journal(join(folder, 'journal.jsonl'));
  const entry = journal.asked(wantedOrderOf({ outcome: 'refunded' }, 1));
  journal.acknowledgedOrder(entry, order);
  journal.asked(wantedOrderOf({ outcome: 'paid' }, 2));
  journal.acknowledgedRefund(journal.askedRefund(order, 'api'), 'refund-1');
  return reportOf({
    seed: 7,
    stormMs: 60_000,
    healMs: 9_400,
    journal,
    counts: {
      injected: { 'kill-service': 2, rebalance: 3 },
      passedOver: 1,
      troubles: ['no pid'],
      done: [],
    },
    notPossible: ['disk-full: no mount'],
    verdicts,
    waitingForPeople: 0,
  });
}

function verdict(number: number, checked: number, violations: readonly string[] = []): Verdict {
  return { number, sentence: `Invariant ${number}.`, checked, violations };
}

describe('reportOf', () => {
  it('counts orders, faults and invariants', () => {
    expect(report([verdict(1, 12)])).toMatchObject({
      seed: 7,
      stormSeconds: 60,
      healSeconds: 9,
      orders: { asked: 2, acknowledged: 1, refundsAcknowledged: 1 },
      faultsInAll: 5,
      faultsPassedOver: 1,
      notDone: ['disk-full: no mount', 'no pid'],
      invariantsChecked: 1,
      lost: 0,
      doubled: 0,
      violations: [],
    });
  });

  it('counts what was lost and what was doubled once, and names the invariant of each violation', () => {
    const found = report([
      verdict(1, 12, ['lost: a', 'doubled: b', 'wrong: c']),
      verdict(12, 3, ['lost: a']),
    ]);

    expect(found).toMatchObject({ lost: 1, doubled: 1 });
    expect(found.violations).toEqual(['1. lost: a', '1. doubled: b', '1. wrong: c', '12. lost: a']);
  });

  it('takes an invariant that has looked at nothing for a violation', () => {
    expect(report([verdict(3, 0)]).violations).toEqual([expect.stringContaining('invariant 3')]);
  });

  it('reads well', () => {
    const text = describeReport(report([verdict(1, 12), verdict(2, 3, ['doubled: b'])]));

    expect(text).toContain('✓  1  Invariant 1. (12)');
    expect(text).toContain('✗  2  Invariant 2. (3)');
    expect(text).toContain('Lost 0, doubled 1, violations 1.');
    expect(text).toContain('not done: disk-full: no mount');
  });
});
