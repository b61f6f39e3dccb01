import { defined, textAt, type Json } from '../../json.ts';
import { financeTime, newZohoId, type ZohoContext } from '../context.ts';
import { amountJson, amountOf } from './amounts.ts';
import { findAccount } from './chart.ts';
import { documentParts, documentView, customerIdOf } from './documents.ts';
import type { FinanceModule, FinanceRecord } from './finance-record.ts';
import { applyToInvoice } from './invoices.ts';
import { saveRecord } from './record-store.ts';
import { financeRefusal } from './refusals.ts';

/** The custom field a user sets to have the money sent back to the card. */
export const refundMark = 'cf_refund_to_card';

/** A refund of a credit note: money leaves an account. */
export interface CreditNoteRefund {
  readonly id: string;
  readonly creditNoteId: string;
  readonly minor: string;
  readonly source: Json;
  readonly createdTime: string;
}

/** Credit notes; marking one for refund sends the organisation's webhook. */
export const creditNotes: FinanceModule = {
  plural: 'creditnotes',
  singular: 'creditnote',
  idField: 'creditnote_id',
  label: 'Credit Note',
  filters: [
    'creditnote_number',
    'reference_number',
    'customer_id',
    'customer_name',
    'status',
    'date',
    'invoice_id',
  ],
  build: (context, input) => {
    const parts = documentParts(context, input, {
      field: 'creditnote_number',
      prefix: 'CN',
      refusal: (number) => financeRefusal('numberExists', 'Credit Note', number),
    });
    const invoiceId = input.previous?.invoiceId ?? input.query('invoice_id');
    const invoice =
      invoiceId === undefined
        ? undefined
        : context.ledger.get<FinanceRecord>('invoices', invoiceId);
    if (invoiceId !== undefined && invoice === undefined) {
      throw financeRefusal('missingRecord', 'Invoice');
    }
    if (invoice !== undefined && customerIdOf(invoice) !== input.source['customer_id']) {
      throw financeRefusal('invalidValue', 'customer_id');
    }
    const { previous } = input;
    const isDraft = input.source['is_draft'] === true;
    return {
      ...parts,
      ...(invoiceId === undefined ? {} : { invoiceId }),
      status: previous?.status ?? (isDraft ? 'draft' : 'open'),
      refundedMinor: previous?.refundedMinor ?? '0',
      creditedMinor: previous?.creditedMinor ?? '0',
    };
  },
  view: (context, record) => {
    const invoice = context.ledger.get<FinanceRecord>('invoices', record.invoiceId ?? '');
    return {
      creditnote_id: record.id,
      creditnote_number: record.number,
      ...documentView(context, record),
      ...defined({ invoice_id: record.invoiceId, invoice_number: invoice?.number }),
      status: statusOf(record),
      balance: amountJson(creditNoteBalance(record), record.precision ?? 2),
      total_credits_used: amountJson(record.creditedMinor ?? '0', record.precision ?? 2),
      total_refunded_amount: amountJson(record.refundedMinor ?? '0', record.precision ?? 2),
    };
  },
  remove: (context, record) => {
    if (creditNoteBalance(record) !== BigInt(record.totalMinor ?? 0)) {
      throw financeRefusal('inUse', 'The credit note');
    }
    context.ledger.release('creditnote_number', (record.number ?? '').toLowerCase());
  },
  saved: (context, record, previous) => {
    if (isMarked(record) && (previous === undefined || !isMarked(previous))) {
      context.notifyCreditNote(creditNotes.view(context, record));
    }
  },
};

/** What is left of a credit note. */
export function creditNoteBalance(record: FinanceRecord): bigint {
  return (
    BigInt(record.totalMinor ?? 0) -
    BigInt(record.creditedMinor ?? 0) -
    BigInt(record.refundedMinor ?? 0)
  );
}

/** Books a refund of a credit note; refuses more than its balance. */
export function refundCreditNote(
  context: ZohoContext,
  record: FinanceRecord,
  body: Json,
): CreditNoteRefund {
  return context.ledger.transaction(() => {
    if (textAt(body, 'date') === undefined) throw financeRefusal('missingValue', 'date');
    const account = findAccount(context, textAt(body, 'from_account_id') ?? '');
    if (account === undefined) throw financeRefusal('invalidValue', 'from_account_id');
    const precision = record.precision ?? 2;
    const minor = amountOf(body['amount'], precision, 'amount');
    if (minor <= 0n) throw financeRefusal('invalidValue', 'amount');
    if (minor > creditNoteBalance(record) || record.status !== 'open') {
      throw financeRefusal('refundTooLarge');
    }
    const refund: CreditNoteRefund = {
      id: newZohoId(context),
      creditNoteId: record.id,
      minor: minor.toString(),
      source: body,
      createdTime: financeTime(context.now()),
    };
    context.ledger.put('creditnote_refunds', refund.id, refund);
    record.refundedMinor = (BigInt(record.refundedMinor ?? 0) + minor).toString();
    saveRecord(context, creditNotes, record);
    return refund;
  });
}

/** Applies credits to invoices. */
export function applyCredits(
  context: ZohoContext,
  record: FinanceRecord,
  uses: readonly { invoiceId: string; amount: unknown }[],
): void {
  context.ledger.transaction(() => {
    for (const { invoiceId, amount } of uses) {
      const minor = amountOf(amount, record.precision ?? 2, 'amount_applied');
      if (minor > creditNoteBalance(record)) throw financeRefusal('refundTooLarge');
      applyToInvoice(context, invoiceId, { minor, as: 'creditedMinor' });
      record.creditedMinor = (BigInt(record.creditedMinor ?? 0) + minor).toString();
    }
    saveRecord(context, creditNotes, record);
  });
}

export function refundView(context: ZohoContext, refund: CreditNoteRefund): Json {
  const note = context.ledger.get<FinanceRecord>('creditnotes', refund.creditNoteId);
  const account = textAt(refund.source, 'from_account_id') ?? '';
  return {
    creditnote_refund_id: refund.id,
    creditnote_id: refund.creditNoteId,
    creditnote_number: note?.number ?? '',
    customer_id: note === undefined ? '' : customerIdOf(note),
    date: refund.source['date'],
    refund_mode: refund.source['refund_mode'] ?? '',
    reference_number: refund.source['reference_number'] ?? '',
    description: refund.source['description'] ?? '',
    amount: amountJson(refund.minor, note?.precision ?? 2),
    exchange_rate: refund.source['exchange_rate'] ?? 1,
    from_account_id: account,
    from_account_name: findAccount(context, account)?.name ?? '',
  };
}

/** Whether the user asked for the refund. */
export function isMarked({ customFields }: FinanceRecord): boolean {
  const mark = customFields[refundMark];
  return mark !== undefined && mark !== false && mark !== 'false';
}

function statusOf(record: FinanceRecord): string {
  const isUsedUp = record.status === 'open' && creditNoteBalance(record) === 0n;
  return isUsedUp ? 'closed' : (record.status ?? 'open');
}
