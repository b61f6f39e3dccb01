import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { paymentBody } from '../testing/requests.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { ExpireIdempotencyKeysJob } from './expire-idempotency-keys.job.ts';

describe('ExpireIdempotencyKeysJob', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
  });

  afterAll(async () => {
    await testApp.close();
  });

  it('forgets keys whose time is over and keeps the others', async () => {
    const idempotencyKey = randomUUID();
    const body = paymentBody();
    await testApp.send('POST', '/v1/payments', { body, idempotencyKey });
    await testApp.send('POST', '/v1/payments', { body });
    await testApp.rows(
      `update idempotency_key set created_at = now() - interval '49 hours'
       where key = '${idempotencyKey}'`,
    );

    const forgotten = await testApp.app.get(ExpireIdempotencyKeysJob).run();

    expect(forgotten).toBe(1);
    expect(await testApp.rows('select 1 from idempotency_key')).toHaveLength(1);
  });
});
