import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ShopGateway } from './shop.gateway.ts';

/** A shop under test. */
export interface ShopSubject {
  readonly shop: ShopGateway;
  readonly shopId: string;
  /** An order that the shop has. */
  readonly orderNumber: string;
  /** Statuses the shop has recorded for the order. */
  statuses(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What every shop gateway must do. */
export function shopConformance(setUp: () => Promise<ShopSubject>): void {
  let subject: ShopSubject;
  beforeAll(async () => {
    subject = await setUp();
  }, 60_000);
  afterAll(async () => {
    await subject.close();
  });

  it('takes a status once for the same key', async () => {
    const { shop, shopId, orderNumber } = subject;
    const update = {
      shopId,
      orderNumber,
      status: 'paid',
      detail: 'Invoice 1',
      key: 'run-1/tell/1',
    };

    await shop.setStatus(update);
    await shop.setStatus(update);

    expect((await subject.statuses()).filter((status) => status === 'paid')).toHaveLength(1);
  });

  it('refuses an order that the shop does not have', async () => {
    const { shop, shopId } = subject;
    const update = { shopId, orderNumber: 'no-such', status: 'paid', detail: '', key: 'run-2' };

    await expect(shop.setStatus(update)).rejects.toMatchObject({ code: 'SHOP_REFUSED' });
  });
}
