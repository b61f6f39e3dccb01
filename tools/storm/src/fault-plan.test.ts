import { describe, expect, it } from 'vitest';
import { faultKinds, planFaults, type Targets } from './fault-plan.ts';

const targets: Targets = {
  services: ['zoho-gateway', 'canonical-mapper'],
  consumers: ['zoho-gateway'],
  lines: ['Postgres', 'Zoho'],
  brokers: ['broker 1', 'broker 2', 'broker 3'],
  canFillDisk: true,
};
const lastMs = 120_000;

describe('planFaults', () => {
  it('gives the same plan for the same seed, and another one for another', () => {
    const plan = planFaults(7, { lastMs, targets });

    expect(planFaults(7, { lastMs, targets })).toEqual(plan);
    expect(planFaults(8, { lastMs, targets })).not.toEqual(plan);
  });

  it.each([1, 2, 3, 4, 5])('has every kind of fault within two minutes (seed %i)', (seed) => {
    const kinds = new Set(planFaults(seed, { lastMs, targets }).map(({ kind }) => kind));

    expect([...kinds].toSorted()).toEqual(Object.keys(faultKinds).toSorted());
  });

  it('lets no fault last beyond the storm', () => {
    const plan = planFaults(3, { lastMs: 30_000, targets });

    expect(plan.length).toBeGreaterThan(10);
    expect(plan.filter((fault) => fault.atMs + fault.lastMs > 30_000 + 1_000)).toEqual([]);
  });

  it('rebalances every two seconds', () => {
    const times = planFaults(3, { lastMs: 20_000, targets })
      .filter(({ kind }) => kind === 'rebalance')
      .map(({ atMs }) => atMs);

    expect(times).toEqual([2_000, 4_000, 6_000, 8_000, 10_000, 12_000, 14_000, 16_000, 18_000]);
  });

  it('fills no disk where that is impossible', () => {
    const kinds = planFaults(1, { lastMs: 600_000, targets: { ...targets, canFillDisk: false } });

    expect(kinds.map(({ kind }) => kind)).not.toContain('disk-full');
  });
});
