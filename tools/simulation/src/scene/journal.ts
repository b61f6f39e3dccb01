import type { RefundWish } from './workflow.program.ts';

/** A payment that the shop wants. */
export interface PaymentWish {
  readonly orderId: string;
  readonly amount: string;
  readonly currency: string;
  readonly minor: bigint;
  /** What the gateway answered. */
  paymentId?: string;
}

/** A notification that was answered 200. */
export interface Acknowledged {
  readonly eventType: string;
  /** JSON of its payload. */
  readonly payload: string;
}

/** What the surroundings have asked and been told; the checker's own evidence. */
export class Journal {
  readonly payments: PaymentWish[] = [];
  readonly refunds: RefundWish[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** Payloads of notifications that the provider has sent. */
  readonly sent = new Set<string>();
  /** Requests that reached a host nobody was to call. */
  readonly strayRequests: string[] = [];
  /** Messages that are no events, by their key. */
  readonly poison = new Set<string>();
}
