import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { PermanentFailure } from '@sluice/failure';
import { describe, expect, it } from 'vitest';
import { toFailure } from './kafka-failure.ts';

describe('toFailure', () => {
  it('sees a refusal through the retries that wrap it', () => {
    const refusal = Object.assign(new Error('large'), { type: 'MESSAGE_TOO_LARGE' });
    const wrapped = new Error('retries exceeded', { cause: refusal });

    expect(toFailure(wrapped)).toMatchObject({ name: 'PermanentFailure', code: 'PUBLISH_REFUSED' });
  });

  it('takes everything else for a broker that does not answer', () => {
    expect(toFailure(new Error('socket closed'))).toMatchObject({ dependency: 'kafka' });
    expect(toFailure('odd')).toMatchObject({ dependency: 'kafka' });
  });

  it('keeps a failure of ours', () => {
    const own = new PermanentFailure('OWN', 'Own.');

    expect(toFailure(own)).toBe(own);
  });

  it('knows the errors of the installed kafkajs', () => {
    const protocol = new KafkaJSProtocolError(
      Object.assign(new Error('no'), { type: 'TOPIC_AUTHORIZATION_FAILED', code: 29 }),
    );
    const exceeded = new KafkaJSNumberOfRetriesExceeded(protocol, { retryCount: 1, retryTime: 1 });

    expect(toFailure(exceeded)).toMatchObject({ code: 'PUBLISH_REFUSED' });
  });
});
