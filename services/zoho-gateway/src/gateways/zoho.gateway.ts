import { PermanentFailure, TransientFailure } from '@sluice/failure';
import type { ZohoProduct } from '../domain/reply.ts';
import type { ZohoObject } from '../domain/zoho-json.ts';

/** One call to an API of Zoho. */
export interface ZohoRequest {
  readonly product: ZohoProduct;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the base of the product, for example `/invoices`; ids are already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Value of the unique field: makes a PUT of the finance APIs create or update by it. */
  readonly upsertBy?: string;
  /** Instant of the monotonic clock after which the call is not made any more. */
  readonly notAfterMs?: number;
  /** Decimal strings in numeric fields leave as numbers. */
  readonly body?: unknown;
}

/**
 * Speaks to Zoho with a shared token under the shared rate budget.
 *
 * `call` resolves with the body of a successful answer (empty for 204), numbers kept as text.
 * It throws `ZohoNotExecuted` when Zoho provably did nothing, `ZohoRefused` when Zoho said no, and
 * `ZohoOutcomeUnknown` for everything that proves neither.
 */
export abstract class ZohoGateway {
  abstract call(request: ZohoRequest): Promise<ZohoObject>;
}

/** Zoho provably did nothing: throttled, not authorised, or never reached. */
export class ZohoNotExecuted extends TransientFailure {
  constructor(message: string, options: { retryAfterMs: number; cause?: unknown }) {
    super('ZOHO_NOT_EXECUTED', message, options);
  }
}

/** Zoho may or may not have done it. */
export class ZohoOutcomeUnknown extends TransientFailure {
  constructor(message: string, cause?: unknown) {
    super('ZOHO_OUTCOME_UNKNOWN', message, cause === undefined ? {} : { cause });
  }
}

/** Zoho understood and said no. */
export class ZohoRefused extends PermanentFailure {
  /** As Zoho spells it; a number for the finance APIs. */
  readonly zohoCode: string;

  constructor(request: ZohoRequest, zohoCode: string, zohoMessage: string) {
    const place = `${request.method} ${request.product}${request.path}`;
    super('ZOHO_REFUSED', `${zohoMessage} (Zoho code ${zohoCode}, ${place})`);
    this.zohoCode = zohoCode;
  }
}
