import { describe, expect, it } from 'vitest';
import { healthOf } from './read-health.ts';

const service = 'zoho-gateway';
const group = {
  group: 'zoho-gateway.perform-command',
  isReady: true,
  parkedKeys: 2,
  partitions: [
    { topic: 't', partition: 0, lag: 3, oldestAgeMs: 40 },
    { topic: 't', partition: 1, lag: 4, oldestAgeMs: 90 },
  ],
};

describe('healthOf', () => {
  it('adds up lag and takes the oldest age over the partitions', () => {
    const health = healthOf(
      { service, status: 200, body: { checks: { postgres: 'up' } } },
      { service, status: 200, body: [group] },
      { service, status: 200, body: { oldestUnpublishedAgeMs: 12, heldKeys: [{}] } },
    );

    expect(health).toMatchObject({
      isReady: true,
      consumers: [{ lag: 7, oldestAgeMs: 90, parkedKeys: 2, trouble: null }],
      outboxAgeMs: 12,
      heldKeys: 1,
    });
  });

  it('keeps the checks of a service that is not ready', () => {
    const health = healthOf(
      { service, status: 503, body: { checks: { postgres: 'down' } } },
      { service, reason: 'gone' },
      undefined,
    );

    expect(health).toMatchObject({
      isReady: false,
      unanswered: null,
      checks: { postgres: 'down' },
    });
  });

  it('knows nothing of a service that does not answer, and says so', () => {
    const gone = { service, reason: 'no connection' };

    expect(healthOf(gone, gone, gone)).toEqual({
      service,
      isReady: false,
      unanswered: 'no connection',
      checks: {},
      consumers: [],
      outboxAgeMs: null,
      heldKeys: null,
    });
  });
});
