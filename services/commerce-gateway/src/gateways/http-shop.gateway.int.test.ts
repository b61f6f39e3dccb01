import { systemClock } from '@sluice/clock';
import { until } from '@sluice/messaging/testing';
import { HttpClient } from '@sluice/outbound-http';
import { startSandbox } from '@sluice/service-host/testing';
import { describe } from 'vitest';
import { HttpShopGateway } from './http-shop.gateway.ts';
import { ShopDirectory } from './shop-directory.ts';
import { shopConformance } from './shop.conformance.ts';

describe('HttpShopGateway on the shop twin', () => {
  shopConformance(async () => {
    const sandbox = await startSandbox({ COMMERCE_GATEWAY_URL: 'http://127.0.0.1:9' });
    const client = new HttpClient({ name: 'shop', allowedHosts: [new URL(sandbox.shop).host] });
    const shops = new ShopDirectory({
      urls: new Map([['demo-shop', sandbox.shop]]),
      secrets: new Map([['demo-shop', 'sandbox-shop-secret']]),
    });
    // The checkout will fail, for there is no gateway, but the shop has its order from the beginning.
    const abandoned = new AbortController();
    const checkout = fetch(`${sandbox.shop}/api/checkout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ orderNumber: '1001' }),
      signal: abandoned.signal,
    });
    const hasOrder = async (): Promise<boolean> =>
      (await fetch(`${sandbox.shop}/api/orders/1001`)).ok;
    await until(hasOrder, { what: 'the order of the shop' });
    abandoned.abort();
    await checkout.catch(() => undefined);
    return {
      shop: new HttpShopGateway(client, systemClock, shops),
      shopId: 'demo-shop',
      orderNumber: '1001',
      statuses: async () => {
        const reply = await fetch(`${sandbox.shop}/api/orders/1001`);
        const { history } = (await reply.json()) as { history: { status: string }[] };
        return history.map(({ status }) => status);
      },
      close: async () => {
        await client.close();
        await sandbox.stop();
      },
    };
  });
});
