import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textAt, type Json } from '../json.ts';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import { send, settings, type Answer } from '../testing/twin-clients.ts';
import { scenarios } from './scenarios.ts';
import { isShopSignature, shopSignature } from './signature.ts';

interface Call {
  readonly path: string;
  readonly key: string | undefined;
  readonly signature: string | undefined;
  readonly raw: string;
  readonly body: Json;
}

/** Plays both gateways: takes orders and payments, and can lose its first answers. */
async function startGateway(options: { failures: number; status: string }) {
  const calls: Call[] = [];
  let failures = options.failures;
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      const header = (name: string): string | undefined => request.headers[name]?.toString();
      const signature = header('x-sluice-signature');
      calls.push({ path, key: header('idempotency-key'), signature, raw, body: JSON.parse(raw) });
      if (path === '/v1/payments' && failures > 0) {
        failures -= 1;
        request.socket.destroy();
        return;
      }
      const answer =
        path === '/v1/orders'
          ? { orderId: 'O1', status: 'placed' }
          : { paymentId: 'P1', status: options.status };
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, calls, stop: () => server.close().closeAllConnections() };
}

let sandbox: Sandbox;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeEach(async () => {
  gateway = await startGateway({ failures: 1, status: 'captured' });
  sandbox = await startSandbox({
    commerceGatewayUrl: gateway.url,
    cybersourceGatewayUrl: gateway.url,
  });
});
afterEach(async () => {
  await sandbox.stop();
  gateway.stop();
});

const checkout = (body: Json): Promise<Answer> =>
  send('POST', `${sandbox.shopUrl}/api/checkout`, { body });
const shopKey = { id: settings.shopId, secret: settings.shopSigningSecret };

describe('the shop twin', () => {
  it('places the signed order and pays it with a token, repeating with the same key', async () => {
    const answer = await checkout({ scenario: 'paid', orderNumber: 'S-1' });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      orderNumber: 'S-1',
      orderId: 'O1',
      paymentId: 'P1',
      status: 'captured',
    });
    const [order, lost, payment] = gateway.calls;
    expect(order!.body).toMatchObject({ orderNumber: 'S-1', total: '52.45', currency: 'EUR' });
    expect([lost!.raw, lost!.key]).toEqual([payment!.raw, payment!.key]);
    expect(payment!.body).toMatchObject({
      orderId: 'O1',
      amount: '52.45',
      token: { type: 'customer' },
      billTo: { fullName: 'Mara Lindqvist', country: 'DE' },
    });
    expect(textAt(payment!.body, 'token.id')).toMatch(/^[0-9A-F]{32}$/);
    for (const { signature, raw } of gateway.calls) {
      expect(isShopSignature(signature, shopKey, { body: raw, nowMs: Date.now() })).toBe(true);
    }
  });

  it('sends no card number to a gateway', async () => {
    await checkout({ scenario: 'declined' });

    const sent = gateway.calls.map(({ raw }) => raw.replaceAll(/[^0-9a-z]/gi, ''));
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.join(' ')).not.toContain(scenarios.declined.cardNumber);
  });

  it('adds up yen and dinar exactly', async () => {
    await checkout({ scenario: 'yen', lines: [{ sku: 'TEA-001', quantity: 3 }] });
    await checkout({ scenario: 'dinar', lines: [{ sku: 'TEA-001', quantity: 3 }] });

    const totals = gateway.calls
      .filter(({ path }) => path === '/v1/orders')
      .map(({ body }) => body['total']);
    expect(totals).toEqual(['5940', '12.375']);
  });

  it('records a status update once per key and shows the history', async () => {
    await checkout({ orderNumber: 'S-2' });
    const body = JSON.stringify({ status: 'paid', detail: 'Invoice INV-1' });
    const update = (): Promise<Answer> =>
      send('PUT', `${sandbox.shopUrl}/api/orders/S-2/status`, {
        headers: { 'idempotency-key': 'k1', 'x-sluice-signature': shopSignature(shopKey, body) },
        body,
      });

    const answers = [await update(), await update()];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { body: order } = await send('GET', `${sandbox.shopUrl}/api/orders/S-2`);
    expect(order).toMatchObject({ status: 'paid', paymentId: 'P1' });
    expect((order['history'] as Json[]).map(({ status }) => status)).toEqual([
      'new',
      'payment_captured',
      'paid',
    ]);
  });

  it('refuses a forged or unknown update', async () => {
    const put = (path: string, signed: string, body: string): Promise<Answer> =>
      send('PUT', `${sandbox.shopUrl}${path}`, {
        headers: { 'x-sluice-signature': shopSignature(shopKey, signed) },
        body,
      });
    const good = '{"status":"paid"}';

    expect((await put('/api/orders/S-9/status', '{}', good)).status).toBe(401);
    expect((await put('/api/orders/S-9/status', good, good)).status).toBe(404);
  });

  it('says what is wrong with a checkout', async () => {
    expect((await checkout({ scenario: 'dream' })).status).toBe(422);
    expect((await checkout({ lines: [{ sku: 'NONE' }] })).status).toBe(422);
  });

  it('serves a page without outside assets', async () => {
    const { status, text } = await send('GET', `${sandbox.shopUrl}/`);

    expect(status).toBe(200);
    expect(text).toContain('Pay now');
    expect(text).not.toMatch(/(?:src|href)="https?:/);
  });
});
