import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { faultKinds, type FaultKind, type PlannedFault } from './fault-plan.ts';
import { FaultRunner, type FaultHand } from './fault-runner.ts';

function fault(kind: FaultKind, atMs: number, target = 'a'): PlannedFault {
  return { kind, atMs, lastMs: 0, target, seed: 1 };
}

function everyHand(hand: FaultHand): Record<FaultKind, FaultHand> {
  const kinds = Object.keys(faultKinds) as FaultKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, hand])) as Record<FaultKind, FaultHand>;
}

const lastMs = 10_000;
const byTarget = ({ target }: PlannedFault): string => target;

describe('FaultRunner', () => {
  it('injects faults in their order and waits for the last', async () => {
    const done: string[] = [];
    const runner = new FaultRunner(
      everyHand(async ({ target }) => {
        await pause(10);
        done.push(target);
      }),
      byTarget,
    );

    const counts = await runner.run(
      [fault('kill-service', 0, 'a'), fault('kill-broker', 5, 'b'), fault('kill-service', 10, 'c')],
      { lastMs },
    );

    expect(done).toEqual(['a', 'b', 'c']);
    expect(counts.injected).toEqual({ 'kill-service': 2, 'kill-broker': 1 });
  });

  it('lets a fault wait until its target has healed from an earlier one', async () => {
    const healed = Promise.withResolvers<void>();
    const order: string[] = [];
    const runner = new FaultRunner(
      everyHand(async ({ kind }) => {
        order.push(`begin ${kind}`);
        if (kind === 'kill-service') await healed.promise;
        order.push(`end ${kind}`);
      }),
      byTarget,
    );

    const running = runner.run([fault('kill-service', 0), fault('freeze-service', 5)], { lastMs });
    await pause(40);
    expect(order).toEqual(['begin kill-service']);
    healed.resolve();

    expect(await running).toMatchObject({ passedOver: 0 });
    expect(order.slice(1)).toEqual([
      'end kill-service',
      'begin freeze-service',
      'end freeze-service',
    ]);
  });

  it('passes over what could no longer end before the storm does', async () => {
    const runner = new FaultRunner(
      everyHand(async () => await pause(1_100)),
      byTarget,
    );

    const counts = await runner.run([fault('kill-service', 0), fault('freeze-service', 5)], {
      lastMs: 10,
    });

    expect(counts).toMatchObject({ injected: { 'kill-service': 1 }, passedOver: 1 });
  });

  it('lets no rebalance wait', async () => {
    const runner = new FaultRunner(
      everyHand(async () => await pause(30)),
      byTarget,
    );

    const counts = await runner.run([fault('rebalance', 0), fault('rebalance', 5)], { lastMs });

    expect(counts).toMatchObject({ injected: { rebalance: 1 }, passedOver: 1 });
  });

  it('goes on after a fault that could not be done, and says so', async () => {
    const runner = new FaultRunner(
      everyHand(async ({ target }) => {
        await pause(1);
        if (target === 'a') throw new Error('no such process');
      }),
      byTarget,
    );

    const counts = await runner.run(
      [fault('kill-service', 0, 'a'), fault('kill-service', 1, 'b')],
      { lastMs },
    );

    expect(counts.troubles).toEqual([expect.stringContaining('no such process')]);
    expect(counts.injected).toEqual({ 'kill-service': 2 });
  });
});
