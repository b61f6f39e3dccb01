import type { MoneyJson } from '@sluice/money';
import type { TransactionJson } from '../domain/transaction.ts';
import type { RefundCall } from '../gateways/cybersource.gateway.ts';

/** Kind of the effect that gives money back. */
export const refundEffectKind = 'cybersource.refund';

/** What a refund effect sends. */
export interface RefundEffectInput {
  readonly refundId: string;
  readonly paymentId: string;
  readonly comments: string;
  readonly amount: MoneyJson;
  readonly capturedBy: RefundCall['capturedBy'];
}

/** What Cybersource told, and which way. */
export interface RefundEffectOutput {
  readonly toldBy: 'reply' | 'lookup';
  readonly transaction: TransactionJson;
}
