import { ShopGateway, ShopRefused, type ShopStatus } from './shop.gateway.ts';

/** A shop in memory: knows its orders, and takes each key once. */
export class FakeShopGateway extends ShopGateway {
  readonly updates: ShopStatus[] = [];
  /** Thrown by the next call, once; the status is taken before when `isTaken`. */
  nextFailure: { readonly error: Error; readonly isTaken: boolean } | undefined;
  private readonly orderNumbers: ReadonlySet<string>;

  constructor(orderNumbers: readonly string[]) {
    super();
    this.orderNumbers = new Set(orderNumbers);
  }

  override async setStatus(status: ShopStatus): Promise<void> {
    const failure = this.nextFailure;
    this.nextFailure = undefined;
    if (failure?.isTaken === false) throw failure.error;
    if (!this.orderNumbers.has(status.orderNumber)) {
      throw new ShopRefused('SHOP_REFUSED', `The shop has no order ${status.orderNumber}.`);
    }
    if (!this.updates.some((update) => update.key === status.key)) this.updates.push(status);
    if (failure !== undefined) throw failure.error;
  }
}
