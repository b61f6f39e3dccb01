import { at, minorOf } from '@sluice/end-to-end';
import type { StormEvidence } from './evidence.ts';

/**
 * Currencies in which what the cards gave minus what went back is not what stands in Books.
 *
 * Payments that wait for people are left out on all sides.
 */
export function unbalanced(
  { cybersource, zoho }: StormEvidence,
  waitingPayments: ReadonlySet<string>,
): string[] {
  const balance = new Map<string, bigint>();
  const add = (currency: unknown, minor: unknown, sign: bigint): void => {
    const name = String(currency);
    balance.set(name, (balance.get(name) ?? 0n) + sign * minorOf(minor));
  };
  const waiting = cybersource('payments').filter(({ code }) => waitingPayments.has(String(code)));
  const waitingIds = new Set(waiting.map(({ id }) => id));
  const isLeftOut = (transactionId: unknown): boolean => waitingIds.has(transactionId);
  const refundsLeftOut = new Set(
    cybersource('refunds')
      .filter(({ rootId }) => isLeftOut(rootId))
      .map(({ code }) => code),
  );
  for (const payment of cybersource('payments')) {
    if (payment['isSale'] !== true || isLeftOut(payment['id'])) continue;
    add(payment['currency'], payment['capturedMinor'], 1n);
  }
  for (const refund of cybersource('refunds')) {
    if (!isLeftOut(refund['rootId'])) add(refund['currency'], refund['amountMinor'], -1n);
  }
  for (const payment of zoho('customerpayments')) {
    if (isLeftOut(at(payment, 'source.reference_number'))) continue;
    add(payment['currencyCode'], payment['totalMinor'], -1n);
  }
  const currencyOfNote = new Map(
    zoho('creditnotes').map((note) => [note['id'], note['currencyCode']]),
  );
  for (const refund of zoho('creditnote_refunds')) {
    if (refundsLeftOut.has(at(refund, 'source.reference_number'))) continue;
    add(currencyOfNote.get(refund['creditNoteId']), refund['minor'], 1n);
  }
  return [...balance]
    .filter(([, minor]) => minor !== 0n)
    .map(([currency, minor]) => `conservation: ${minor} ${currency} are missing in Books`);
}
