import { textAt } from '../json.ts';
import { findTransaction, type CybersourceContext } from './context.ts';
import { invalidField } from './refusals.ts';

const uniqueForMs = 60 * 24 * 60 * 60 * 1000;
const scope = 'merchant-transaction-id';

/** Refuses a merchant transaction id that was used within 60 days, else takes it for `id`. */
export function claimMerchantTransactionId(
  context: CybersourceContext,
  body: unknown,
  id: string,
): void {
  const value = textAt(body, 'clientReferenceInformation.transactionId');
  if (value === undefined) return;
  const field = 'clientReferenceInformation.transactionId';
  if (value.length > 50) throw invalidField(field);
  const holder = context.ledger.holderOf(scope, value);
  const earlier = holder === undefined ? undefined : findTransaction(context, holder);
  if (earlier !== undefined) {
    const ageMs = context.now().getTime() - Date.parse(earlier.submitTimeUtc);
    if (ageMs < uniqueForMs) throw invalidField(field);
  }
  context.ledger.claim(scope, value, id);
}

/** The id of the transaction that was sent with a merchant transaction id. */
export function holderOfMerchantTransactionId(
  { ledger }: CybersourceContext,
  value: string,
): string | undefined {
  return ledger.holderOf(scope, value);
}
