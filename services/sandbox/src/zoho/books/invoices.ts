import { defined, textAt } from '../../json.ts';
import type { ZohoContext } from '../context.ts';
import { amountJson } from './amounts.ts';
import { invoiceBalance } from './contacts.ts';
import { documentParts, documentView } from './documents.ts';
import type { FinanceModule, FinanceRecord } from './finance-record.ts';
import { saveRecord } from './record-store.ts';
import { financeRefusal } from './refusals.ts';

/** Invoices. Status and balance follow from what was paid and credited. */
export const invoices: FinanceModule = {
  plural: 'invoices',
  singular: 'invoice',
  idField: 'invoice_id',
  label: 'Invoice',
  filters: [
    'invoice_number',
    'reference_number',
    'customer_id',
    'customer_name',
    'email',
    'status',
    'date',
  ],
  build: (context, input) => {
    const parts = documentParts(context, input, {
      field: 'invoice_number',
      prefix: 'INV',
      refusal: (number) => financeRefusal('numberExists', 'Invoice', number),
    });
    const { previous } = input;
    const settled = BigInt(previous?.paidMinor ?? 0) + BigInt(previous?.creditedMinor ?? 0);
    if (BigInt(parts.totalMinor) < settled) throw financeRefusal('overApplied');
    const isSent = input.query('send') === 'true';
    return {
      ...parts,
      status: previous?.status ?? (isSent ? 'sent' : 'draft'),
      paidMinor: previous?.paidMinor ?? '0',
      creditedMinor: previous?.creditedMinor ?? '0',
    };
  },
  view: (context, record) => {
    const precision = record.precision ?? 2;
    return {
      invoice_id: record.id,
      invoice_number: record.number,
      ...documentView(context, record),
      ...defined({
        due_date: textAt(record.source, 'due_date') ?? record.createdTime.slice(0, 10),
        salesorder_id: record.source['salesorder_id'],
      }),
      status: statusOf(context, record),
      current_sub_status: statusOf(context, record),
      balance: amountJson(record.status === 'void' ? 0n : invoiceBalance(record), precision),
      payment_made: amountJson(record.paidMinor ?? '0', precision),
      credits_applied: amountJson(record.creditedMinor ?? '0', precision),
    };
  },
  remove: (context, record) => {
    if (BigInt(record.paidMinor ?? 0) > 0n || BigInt(record.creditedMinor ?? 0) > 0n) {
      throw financeRefusal('inUse', 'The invoice');
    }
    context.ledger.release('invoice_number', (record.number ?? '').toLowerCase());
  },
};

/** Applies a payment (or, with a negative amount, takes it back); refuses more than the balance. */
export function applyToInvoice(
  context: ZohoContext,
  id: string,
  change: { minor: bigint; as: 'paidMinor' | 'creditedMinor' },
): void {
  const invoice = context.ledger.get<FinanceRecord>('invoices', id);
  if (invoice === undefined) throw financeRefusal('missingRecord', 'Invoice');
  if (change.minor > 0n && invoice.status === 'void') throw financeRefusal('invoiceVoid');
  if (change.minor > invoiceBalance(invoice)) throw financeRefusal('overApplied');
  invoice[change.as] = (BigInt(invoice[change.as] ?? 0) + change.minor).toString();
  if (invoice.status === 'draft') invoice.status = 'sent';
  saveRecord(context, invoices, invoice);
}

function statusOf(context: ZohoContext, invoice: FinanceRecord): string {
  const base = invoice.status ?? 'draft';
  if (base === 'void') return base;
  const balance = invoiceBalance(invoice);
  if (balance === 0n && BigInt(invoice.totalMinor ?? 0) > 0n) return 'paid';
  if (balance < BigInt(invoice.totalMinor ?? 0)) return 'partially_paid';
  const due = textAt(invoice.source, 'due_date');
  const today = context.now().toISOString().slice(0, 10);
  return base === 'sent' && due !== undefined && due < today ? 'overdue' : base;
}
