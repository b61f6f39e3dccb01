import { PermanentFailure, TransientFailure } from '@sluice/failure';

/** How an order stands, for the shop it came from. */
export interface ShopStatus {
  readonly shopId: string;
  readonly orderNumber: string;
  readonly status: string;
  readonly detail: string;
  /** The same key changes the shop's order once, however often it is sent. */
  readonly key: string;
}

/**
 * Tells a shop how its order stands.
 *
 * Resolves when the shop has taken the status. Throws `ShopNotReached` when the shop provably did
 * not, `ShopRefused` when it said no, and `ShopOutcomeUnknown` otherwise.
 */
export abstract class ShopGateway {
  abstract setStatus(status: ShopStatus): Promise<void>;
}

/** The shop provably did nothing. */
export class ShopNotReached extends TransientFailure {
  constructor(message: string, options: { retryAfterMs: number; cause?: unknown }) {
    super('SHOP_NOT_REACHED', message, options);
  }
}

/** The shop may or may not have taken the status. */
export class ShopOutcomeUnknown extends TransientFailure {
  constructor(message: string, cause?: unknown) {
    super('SHOP_OUTCOME_UNKNOWN', message, cause === undefined ? {} : { cause });
  }
}

/** The shop said no, or there is no address for it. */
export class ShopRefused extends PermanentFailure {}
