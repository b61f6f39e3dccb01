import { describe } from 'vitest';
import { FakeShopGateway } from './fake-shop.gateway.ts';
import { shopConformance } from './shop.conformance.ts';

describe('FakeShopGateway', () => {
  shopConformance(async () => {
    const shop = new FakeShopGateway(['1001']);
    return {
      shop,
      shopId: 'demo-shop',
      orderNumber: '1001',
      statuses: async () => shop.updates.map((update) => update.status),
      close: async () => {},
    };
  });
});
