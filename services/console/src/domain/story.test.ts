import { describe, expect, it } from 'vitest';
import type { DeadLetterView } from '../views.ts';
import { type StoredHop, tellStory } from './story.ts';

let made = 0;

function hop(eventId: string, atMs: number, overrides: Partial<StoredHop> = {}): StoredHop {
  made += 1;
  return {
    eventId,
    seq: String(made),
    topic: 'orders.v1',
    partition: 0,
    offset: String(made),
    type: 'sluice.orders.v1.OrderPlaced',
    source: 'canonical-mapper',
    key: 'order-1',
    happenedAt: new Date(atMs),
    publishedAt: new Date(atMs),
    causationId: null,
    traceId: null,
    data: {},
    fault: null,
    ...overrides,
  };
}

const letter: DeadLetterView = {
  id: 'orders.v1.workflow-engine.run-flow.dlt/0/1',
  topic: 'orders.v1.workflow-engine.run-flow.dlt',
  group: 'workflow-engine.run-flow',
  originalTopic: 'orders.v1',
  originalPartition: 0,
  originalOffset: '7',
  code: 'BROKEN',
  message: 'It is broken.',
  errorName: 'PermanentFailure',
  attempts: 1,
  eventId: 'a',
  type: 'sluice.orders.v1.OrderPlaced',
  key: 'order-1',
  orderId: 'order-1',
  traceId: null,
  preview: '',
  payloadBytes: 0,
  times: 1,
  firstAt: new Date(15).toISOString(),
  lastAt: new Date(15).toISOString(),
};

describe('tellStory', () => {
  it('orders by publication and measures each gap to the hop before', () => {
    const story = tellStory([hop('late', 30), hop('early', 10)], []);

    expect(story.map(({ id, gapMs }) => [id, gapMs])).toEqual([
      ['early', null],
      ['late', 20],
    ]);
  });

  it('puts a cause before its effects when both were published in one millisecond', () => {
    const story = tellStory(
      [
        hop('third', 10, { causationId: 'second' }),
        hop('second', 10, { causationId: 'first' }),
        hop('first', 10),
      ],
      [],
    );

    expect(story.map(({ id }) => id)).toEqual(['first', 'second', 'third']);
  });

  it('ends although causes form a circle', () => {
    const story = tellStory(
      [hop('a', 1, { causationId: 'b' }), hop('b', 1, { causationId: 'a' })],
      [],
    );

    expect(story).toHaveLength(2);
  });

  it('shows a dead letter at its time, by the service that gave up', () => {
    const story = tellStory([hop('a', 10), hop('b', 20)], [letter]);

    expect(story.map(({ kind, service }) => [kind, service])).toEqual([
      ['event', 'canonical-mapper'],
      ['dead-letter', 'workflow-engine'],
      ['event', 'canonical-mapper'],
    ]);
    expect(story[1]).toMatchObject({ title: 'Dead letter BROKEN', tone: 'failed', offset: '7' });
  });

  it('carries lineage and effect key out of the data', () => {
    const lineage = {
      sourceEventId: 's',
      sourceType: 't',
      mapping: 'order-placed',
      mappingVersion: 2,
    };

    const [mapped, command] = tellStory(
      [hop('a', 1, { data: { lineage } }), hop('b', 2, { data: { effectKey: 'run/task/1' } })],
      [],
    );

    expect(mapped?.lineage).toEqual(lineage);
    expect(command?.effectKey).toBe('run/task/1');
  });

  it('says why a hop cannot be read', () => {
    const [broken] = tellStory([hop('a', 1, { fault: 'CODEC_NOT_AVRO: no', data: null })], []);

    expect(broken).toMatchObject({ tone: 'failed', detail: 'CODEC_NOT_AVRO: no' });
  });
});
