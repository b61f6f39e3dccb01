import type { PartitionAssigner } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { JoinGate } from './join-gate.ts';

/** The cluster as kafkajs hands it to an assigner; answers at once. */
function clusterBehind(gate: JoinGate): { findGroupCoordinator: () => Promise<string> } {
  const cluster = { findGroupCoordinator: () => Promise.resolve('coordinator') };
  const config = { cluster, groupId: 'g', logger: undefined } as never;
  const assigner: PartitionAssigner = gate.assigner();
  expect(assigner(config).name).toBe('RoundRobinAssigner');
  return cluster;
}

describe('JoinGate', () => {
  it('lets a member join at once while nothing is drained', async () => {
    expect(await clusterBehind(new JoinGate()).findGroupCoordinator()).toBe('coordinator');
  });

  it('makes the join wait for the drain, and lets its last commit pass', async () => {
    const gate = new JoinGate();
    const cluster = clusterBehind(gate);
    const drained = Promise.withResolvers<void>();
    gate.holdUntil(drained.promise);
    let hasJoined = false;
    const joining = cluster.findGroupCoordinator().then(() => {
      hasJoined = true;
    });

    expect(await gate.pass(() => cluster.findGroupCoordinator())).toBe('coordinator');
    expect(hasJoined).toBe(false);

    drained.resolve();
    await joining;
    expect(hasJoined).toBe(true);
  });

  it('lets the member join although its drain failed', async () => {
    const gate = new JoinGate();
    const cluster = clusterBehind(gate);
    gate.holdUntil(Promise.reject(new Error('no commit')));

    expect(await cluster.findGroupCoordinator()).toBe('coordinator');
  });
});
