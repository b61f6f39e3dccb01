import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { KafkaPublisher, laneIndexOf, makeProducer } from './kafka-publisher.ts';

Logger.overrideLogger(false);

function message(key: string): Parameters<typeof laneIndexOf>[0] {
  return { topic: 'payments.v1', key, value: null, headers: {} };
}

describe('laneIndexOf', () => {
  const keys = Array.from({ length: 400 }, (_, index) => `key-${index}`);

  it('puts a key on the same lane every time, whatever its message holds', () => {
    for (const key of keys) {
      const other = { ...message(key), value: Buffer.from('x'), headers: { ce_id: '1' } };
      expect(laneIndexOf(other, 4)).toBe(laneIndexOf(message(key), 4));
    }
  });

  it('spreads keys over all lanes', () => {
    const counts = [0, 0, 0, 0];
    for (const key of keys) {
      const lane = laneIndexOf(message(key), 4);
      counts[lane] = (counts[lane] ?? 0) + 1;
    }

    expect(Math.min(...counts)).toBeGreaterThan(keys.length / 8);
  });
});

describe('makeProducer', () => {
  it('makes no idempotent producer, whose sequence another batch could take', () => {
    const asked: unknown[] = [];

    makeProducer({ producer: (options: unknown) => asked.push(options) } as never);

    expect(asked).toEqual([expect.not.objectContaining({ idempotent: true })]);
  });
});

describe('KafkaPublisher', () => {
  let publisher: KafkaPublisher | undefined;

  afterEach(async () => {
    await publisher?.close();
  });

  it('refuses what is larger than its bound before anything is sent', async () => {
    publisher = new KafkaPublisher({
      kafka: { brokers: ['127.0.0.1:1'], clientId: 'test' },
      messageBytesMax: 1_000,
    });
    const large = { ...message('k'), value: Buffer.alloc(1_001) };

    await expect(publisher.publish([message('a'), large])).rejects.toMatchObject({
      code: 'PUBLISH_REFUSED',
    });
  });
});
