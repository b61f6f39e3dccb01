import { describe, expect, it } from 'vitest';
import { Assignment } from './assignment.ts';
import type { BrokerConsumer, PartitionOffset } from './broker.ts';
import { defaultLimits } from './consumer-limits.ts';

const place = { topic: 't', partition: 0 };

class CommitLog implements Partial<BrokerConsumer> {
  readonly begun: (readonly PartitionOffset[])[] = [];
  readonly first = Promise.withResolvers<void>();

  commit(offsets: readonly PartitionOffset[]): Promise<void> {
    this.begun.push(offsets);
    return this.begun.length === 1 ? this.first.promise : Promise.resolve();
  }

  resume(): void {}
}

function finishOne(assignment: Assignment, offset: bigint): void {
  const message = { ...place, offset, timestampMs: 0n, key: 'k', value: null, headers: {} };
  const batch = { ...place, messages: [message], highWatermark: offset + 1n };
  for (const admitted of assignment.take(batch, 0)) assignment.done(admitted);
}

describe('Assignment', () => {
  it('commits one low water after the other, so that a slow commit cannot undo a newer one', async () => {
    const consumer = new CommitLog();
    const assignment = new Assignment(consumer as unknown as BrokerConsumer, defaultLimits);
    assignment.replace([place]);
    finishOne(assignment, 4n);
    const slow = assignment.commit();
    await new Promise((resolve) => setImmediate(resolve));
    finishOne(assignment, 5n);
    const next = assignment.commit();
    await new Promise((resolve) => setImmediate(resolve));
    expect(consumer.begun).toHaveLength(1);

    consumer.first.resolve();
    await Promise.all([slow, next]);

    expect(consumer.begun.flat().map(({ offset }) => offset)).toEqual([5n, 6n]);
  });
});
