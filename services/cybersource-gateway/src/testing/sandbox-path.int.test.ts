import { Effects } from '@sluice/effects';
import { until } from '@sluice/messaging/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { paymentBody, publishedStates } from './requests.ts';
import { startSandboxProcess, type SandboxProcess } from './sandbox-process.ts';
import { startTestApp, type TestApp } from './test-app.ts';

const cards = { good: '4111111111111111', insufficient: '4000000000009995' };

describe('cybersource-gateway against the twin', () => {
  let sandbox: SandboxProcess;
  let testApp: TestApp;
  let tokens: { readonly good: string; readonly insufficient: string };

  beforeAll(async () => {
    sandbox = await startSandboxProcess();
    const settings = {
      cybersourceBaseUrl: sandbox.url,
      cybersourceKeyId: sandbox.access.keyId,
      cybersourceSharedSecret: sandbox.access.sharedSecret,
      cybersourceWebhookKeys: sandbox.webhookKeys,
    };
    testApp = await startTestApp(inject('databaseUrl'), settings, { gateway: 'real' });
    await testApp.app.listen(0, '127.0.0.1');
    const targetUrl = `${await testApp.app.getUrl()}/webhooks/cybersource`;
    await sandbox.control('PUT', '/_control/webhooks', { targetUrl });
    tokens = {
      good: await sandbox.tokenise(cards.good),
      insufficient: await sandbox.tokenise(cards.insufficient),
    };
  });

  afterAll(async () => {
    await sandbox.stop();
    await testApp.close();
  });

  async function pay(overrides = {}): Promise<Record<string, unknown>> {
    const body = paymentBody({
      token: { type: 'instrument_identifier', id: tokens.good },
      ...overrides,
    });
    return (await testApp.send('POST', '/v1/payments', { body })).body;
  }

  /** Resolves when all notifications of a payment have been stored. */
  async function notified(paymentId: unknown, count: number): Promise<void> {
    await until(
      async () => {
        const rows = await testApp.rows(
          `select 1 from notification where payment_id = '${String(paymentId)}'`,
        );
        return rows.length === count;
      },
      { what: `${count} notifications`, timeoutMs: 15_000 },
    );
  }

  it('captures a sale, whose notifications change nothing more', async () => {
    const { paymentId, status } = await pay();

    await notified(paymentId, 2);

    expect(status).toBe('captured');
    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured']);
  });

  it('declines a card without funds and holds a suspicious order', async () => {
    const declined = await pay({
      token: { type: 'instrument_identifier', id: tokens.insufficient },
    });
    const held = await pay({ billTo: { fullName: 'Ada', email: 'review@domain.com' } });
    await notified(held['paymentId'], 2);

    expect(declined).toMatchObject({ status: 'declined', reason: 'INSUFFICIENT_FUND' });
    expect(held).toMatchObject({ status: 'in_review', reason: 'DECISION_PROFILE_REVIEW' });
    expect(await publishedStates(testApp, held['paymentId'])).toEqual(['1 in_review']);
  });

  it('pays once when the reply is lost after the fact and notifications come five times in reverse', async () => {
    const faults = { duplicates: 5, reverse: true, reverseWindowMs: 50 };
    await sandbox.control('PUT', '/_control/webhooks', faults);
    await sandbox.fault({ route: 'POST /pts/v2/payments', kind: 'reset_after', times: 1 });

    const { paymentId } = await pay({ amount: '31.00' });
    await notified(paymentId, 2);
    await testApp.app.get(Effects).resolveDue();

    await sandbox.control('DELETE', '/_control/faults');
    expect(await publishedStates(testApp, paymentId)).toEqual(['1 captured']);
    const { payments } = (await sandbox.control('GET', '/_control/ledger/payments')) as {
      payments: { code: string }[];
    };
    expect(payments.filter(({ code }) => code === paymentId)).toHaveLength(1);
    const [effect] = await testApp.rows(
      `select state from effect where key = 'payment/${String(paymentId)}'`,
    );
    expect(effect?.['state']).toBe('SUCCEEDED');
  });
});
