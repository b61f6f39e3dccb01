import { askJson } from './demo-http.ts';
import { at } from './demo-ledgers.ts';
import type { PlacedOrder } from './demo-orders.ts';

/** Does what a bookkeeper does: credits the invoice of the order and marks the credit note for refund. */
export async function refundFromBooks(order: PlacedOrder, zohoUrl: string): Promise<boolean> {
  const { invoices } = (await askJson(`${zohoUrl}/_control/ledger/invoices`)) as {
    readonly invoices: readonly unknown[];
  };
  const invoice = invoices.find(
    (one) => at(one, 'customFields.cf_sluice_order_number') === order.orderNumber,
  );
  const isPaid = invoice !== undefined && at(invoice, 'paidMinor') === at(invoice, 'totalMinor');
  if (!isPaid) return false;
  await askJson(`${zohoUrl}/_control/credit-invoice`, {
    method: 'POST',
    body: JSON.stringify({ invoice_id: at(invoice, 'id'), reason: 'The customer sent it back' }),
  });
  return true;
}
