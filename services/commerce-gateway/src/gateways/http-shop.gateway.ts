import type { OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@sluice/clock';
import { HttpNotSent, HttpOutcomeUnknown, type HttpClient } from '@sluice/outbound-http';
import { signatureHeader, signRequest } from '@sluice/request-signing';
import {
  ShopGateway,
  ShopNotReached,
  ShopOutcomeUnknown,
  ShopRefused,
  type ShopStatus,
} from './shop.gateway.ts';
import type { ShopDirectory } from './shop-directory.ts';

const notSentRetryMs = 1000;
const throttledRetryMs = 5000;
const throttledStatuses = new Set([425, 429]);

/** The shops' own API, over HTTP: signed, with an idempotency key. */
export class HttpShopGateway extends ShopGateway implements OnApplicationShutdown {
  private readonly client: HttpClient;
  private readonly clock: Clock;
  private readonly shops: ShopDirectory;

  constructor(client: HttpClient, clock: Clock, shops: ShopDirectory) {
    super();
    this.client = client;
    this.clock = clock;
    this.shops = shops;
  }

  override async setStatus(status: ShopStatus): Promise<void> {
    const reply = await this.put(status);
    if (reply.status >= 200 && reply.status < 300) return;
    if (throttledStatuses.has(reply.status)) {
      throw new ShopNotReached(`Shop ${status.shopId} asks to wait (${reply.status}).`, {
        retryAfterMs: throttledRetryMs,
      });
    }
    if (reply.status >= 400 && reply.status < 500 && reply.status !== 408) {
      throw new ShopRefused(
        'SHOP_REFUSED',
        `Shop ${status.shopId} refused the status of order ${status.orderNumber} (${reply.status}).`,
      );
    }
    throw new ShopOutcomeUnknown(`Shop ${status.shopId} answered ${reply.status}.`);
  }

  /** Requests under way end first. */
  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }

  private async put(status: ShopStatus): Promise<{ readonly status: number }> {
    const { shopId, orderNumber, key } = status;
    const [base, secret] = [this.shops.urls.get(shopId), this.shops.secrets.get(shopId)];
    if (base === undefined || secret === undefined) {
      throw new ShopRefused('SHOP_UNKNOWN', `Shop ${shopId} has no address or no secret.`);
    }
    const body = JSON.stringify({ status: status.status, detail: status.detail });
    const path = `/api/orders/${encodeURIComponent(orderNumber)}/status`;
    try {
      return await this.client.request({
        method: 'PUT',
        url: base.replace(/\/$/, '') + path,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          [signatureHeader]: signRequest(body, { keyId: shopId, secret, now: this.clock.now() }),
        },
        body,
        route: 'PUT shop order status',
      });
    } catch (error) {
      throw translate(error, shopId);
    }
  }
}

function translate(error: unknown, shopId: string): unknown {
  if (error instanceof HttpNotSent) {
    const options = { retryAfterMs: notSentRetryMs, cause: error };
    return new ShopNotReached(`Shop ${shopId} cannot be reached.`, options);
  }
  return error instanceof HttpOutcomeUnknown
    ? new ShopOutcomeUnknown(`The connection to shop ${shopId} broke before its answer.`, error)
    : error;
}
