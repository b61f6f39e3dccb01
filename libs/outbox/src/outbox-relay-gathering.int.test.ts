import { FakeClock } from '@sluice/clock/testing';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { RelayScene, events, idsOf } from './fixtures/relay-scene.ts';

/** Longer than a test may last. */
const foreverMs = 600_000;

let scene: RelayScene;
let clock: FakeClock;

beforeEach(async () => {
  scene = await RelayScene.open(inject('databaseUrl'));
  clock = new FakeClock();
});

afterEach(() => scene.close());

/** Resolves once its first look is over, so that it began before anything else. */
async function startRelay(gatherMs: number, batchMax = 500): Promise<void> {
  const relay = scene.startRelay({ gatherMs, batchMax, clock, pollMs: foreverMs });
  scene.outbox.onWake((shards) => relay.wake(shards));
  await appendAfter(0, 1);
}

/** Rows that came in this time. */
async function appendAfter(passedMs: number, count: number): Promise<void> {
  clock.advance(passedMs);
  const before = scene.publisher.published.length;
  await scene.append(...events(count));
  await scene.publisher.reached(before + count);
}

describe('OutboxRelay under load', () => {
  it('gathers what is committed soon after some rows into one publish', async () => {
    const publish = vi.spyOn(scene.publisher, 'publish');
    await startRelay(1_500);
    await appendAfter(1_000, 4);
    const list = events(10);

    for (const event of list) await scene.append(event);
    await scene.publisher.reached(15);

    expect(scene.publisher.ids().slice(5)).toEqual(idsOf(list));
    expect(publish).toHaveBeenCalledTimes(3);
  });

  it('waits no longer than until about 50 rows have come', async () => {
    await startRelay(foreverMs);

    await appendAfter(10, 25);
    await appendAfter(10, 60);
    await appendAfter(10, 1);

    expect(scene.publisher.published).toHaveLength(87);
  });

  it('holds nothing behind a row that came alone', async () => {
    await startRelay(foreverMs);

    for (let count = 1; count <= 5; count += 1) await appendAfter(1_000, 1);

    expect(scene.publisher.published).toHaveLength(6);
  });

  it('holds nothing behind a backlog', async () => {
    await startRelay(foreverMs, 150);

    await appendAfter(1_000_000, 100);
    await appendAfter(0, 323);
    await appendAfter(1_000_000, 323);
    await appendAfter(0, 1);

    expect(scene.publisher.published).toHaveLength(748);
  });

  it('does not let a stop wait for its gathering', async () => {
    await startRelay(foreverMs);
    await appendAfter(1_000_000, 4);

    await expect(scene.close()).resolves.toBeUndefined();
    scene = await RelayScene.open(inject('databaseUrl'));
  });
});
