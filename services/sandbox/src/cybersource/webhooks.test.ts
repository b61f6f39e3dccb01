import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textAt } from '../json.ts';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import {
  cybersource,
  send,
  settings,
  startReceiver,
  type Answer,
} from '../testing/twin-clients.ts';
import { webhookSignature } from './webhook-message.ts';

async function withTwin(
  work: (url: string, receiver: Awaited<ReturnType<typeof startReceiver>>) => Promise<void>,
  options: { statusOf?: (count: number) => number } = {},
): Promise<void> {
  const receiver = await startReceiver(options.statusOf);
  const sandbox = await startSandbox({
    cybersourceGatewayUrl: receiver.url,
    webhookRetryDelaysMs: [10],
  });
  try {
    await work(sandbox.cybersourceUrl, receiver);
  } finally {
    await sandbox.stop();
    await receiver.stop();
  }
}

function pay(url: string, change: { email?: string; capture?: boolean } = {}): Promise<Answer> {
  return cybersource(url, 'POST', {
    path: '/pts/v2/payments',
    body: {
      clientReferenceInformation: { code: 'W-1' },
      processingInformation: { capture: change.capture ?? false },
      paymentInformation: {
        card: { number: '4111111111111111', expirationMonth: '12', expirationYear: '2031' },
      },
      orderInformation: {
        amountDetails: { totalAmount: '52.45', currency: 'EUR' },
        billTo: { email: change.email ?? 'mara@shop.test' },
      },
    },
  });
}

const switchTo = (url: string, body: object): Promise<Answer> =>
  send('PUT', `${url}/_control/webhooks`, { body });

describe('webhooks of the Cybersource twin', () => {
  it('tell of a sale: accepted, then captured, both for the same transaction', async () => {
    await withTwin(async (url, receiver) => {
      const { body } = await pay(url, { capture: true });
      await receiver.count(2);

      const events = receiver.received.map(({ json }) => ({
        type: json['eventType'],
        id: textAt(json, 'payload.data.id'),
        status: textAt(json, 'payload.data.status'),
      }));
      const id = textAt(body, 'id');
      expect(events).toContainEqual({ type: 'payments.payments.accept', id, status: 'AUTHORIZED' });
      expect(events).toContainEqual({ type: 'payments.captures.accept', id, status: 'PENDING' });
    });
  });

  it('are signed over the raw body with the configured key', async () => {
    await withTwin(async (url, receiver) => {
      await pay(url);
      await receiver.count(1);

      const { headers, body } = receiver.received[0]!;
      const signature = String(headers['v-c-signature']);
      const time = Number(/^t=(\d+);/.exec(signature)?.[1]);
      const key = {
        keyId: settings.cybersourceWebhookKeyId,
        key: settings.cybersourceWebhookKey,
      };
      expect(signature).toBe(webhookSignature(key, time, body));
      expect(headers['v-c-organization-id']).toBe('demo_merchant');
    });
  });

  it('tell of a review with the risk facts', async () => {
    await withTwin(async (url, receiver) => {
      await pay(url, { email: 'review@domain.com', capture: true });
      await receiver.count(2);

      const types = receiver.received.map(({ json }) => json['eventType']);
      expect(new Set(types)).toEqual(
        new Set(['payments.payments.review', 'risk.profile.decision.review']),
      );
      expect(textAt(receiver.received[0]!.json, 'payload.data.riskInformation.score.result')).toBe(
        '72',
      );
    });
  });

  it('are repeated until they are taken, each time with a new trace id', async () => {
    await withTwin(
      async (url, receiver) => {
        await pay(url);
        await receiver.count(3);

        const ids = receiver.received.map(({ headers }) => headers['v-c-transaction-trace-id']);
        expect(new Set(ids).size).toBe(3);
        expect(receiver.received.map(({ headers }) => headers['v-c-retry-count'])).toEqual([
          '0',
          '1',
          '2',
        ]);
      },
      { statusOf: (count) => (count < 3 ? 503 : 200) },
    );
  });

  it('come twice, or newest first, or not at all, as the control API says', async () => {
    await withTwin(async (url, receiver) => {
      await switchTo(url, { duplicates: 2 });
      await pay(url);
      await receiver.count(2);
      await switchTo(url, { duplicates: 1, reverse: true, reverseWindowMs: 60 });
      await pay(url, { capture: true });
      await receiver.count(4);
      await switchTo(url, { reverse: false, drop: 1 });
      await pay(url);
      await send('POST', `${url}/_control/webhooks/resend`, { body: { all: true } });
      await receiver.count(8);

      const types = receiver.received.map(({ json }) => json['eventType']);
      expect(types.slice(0, 4)).toEqual([
        'payments.payments.accept',
        'payments.payments.accept',
        'payments.captures.accept',
        'payments.payments.accept',
      ]);
    });
  });

  it('owed by a stopped twin are delivered when it starts again', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-owed-'));
    const closed = await startReceiver();
    await closed.stop();
    let sandbox: Sandbox = await startSandbox({ dataDir, cybersourceGatewayUrl: closed.url });
    await pay(sandbox.cybersourceUrl);
    await sandbox.stop();
    const receiver = await startReceiver();
    sandbox = await startSandbox({ dataDir, cybersourceGatewayUrl: receiver.url });

    await receiver.count(1);

    expect(receiver.received[0]!.json['eventType']).toBe('payments.payments.accept');
    await sandbox.stop();
    await receiver.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
