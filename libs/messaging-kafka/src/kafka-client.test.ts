import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { createKafka } from './kafka-client.ts';

function noteErrors(): unknown[] {
  const errors: unknown[] = [];
  const ignore = (): void => undefined;
  Logger.overrideLogger({
    log: ignore,
    warn: ignore,
    debug: ignore,
    error: (entry: unknown) => errors.push(entry),
  });
  return errors;
}

describe('createKafka', () => {
  afterEach(() => Logger.overrideLogger(false));

  it('raises an alert when a group skips messages that are gone, and is silent otherwise', () => {
    const errors = noteErrors();
    const log = createKafka({ brokers: ['127.0.0.1:1'], clientId: 'test' }).logger();

    log.error('Crash: KafkaJSConnectionError', { groupId: 'g' });
    log.error('Offset out of range, resetting to default offset', {
      groupId: 'g',
      topic: 't',
      partition: 3,
    });

    expect(errors).toMatchObject([{ alert: true, group: 'g', topic: 't', partition: 3 }]);
  });
});
