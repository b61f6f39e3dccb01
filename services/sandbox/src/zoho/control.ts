import type { FastifyInstance } from 'fastify';
import { controlBody } from '../control/control-routes.ts';
import { objectsIn, textAt, type Json } from '../json.ts';
import type { TokenStore } from './accounts/token-store.ts';
import { invoiceBalance } from './books/contacts.ts';
import { creditNotes, isMarked, refundMark } from './books/credit-notes.ts';
import { customerIdOf } from './books/documents.ts';
import type { FinanceRecord } from './books/finance-record.ts';
import { invoices } from './books/invoices.ts';
import { fineJson } from './books/amounts.ts';
import type { FinanceLimits } from './books/limits.ts';
import { recordOf, writeRecord } from './books/record-store.ts';
import type { ZohoContext } from './context.ts';

/** Control routes only the Zoho twin has. */
export function installZohoControl(
  app: FastifyInstance,
  context: ZohoContext,
  parts: { tokens: TokenStore; limits: FinanceLimits },
): void {
  const { tokens, limits } = parts;
  app.post('/_control/revoke-tokens', async () => ({ revoked: tokens.revokeAll() }));
  app.post('/_control/forget-tokens', async () => {
    tokens.forget();
    return { forgotten: true };
  });
  app.post('/_control/grant-code', async () => ({ code: tokens.createGrantCode() }));

  app.put('/_control/limits', async (request) => {
    const { perMinute, perDay, concurrent, tokensPerWindow } = controlBody(request);
    if (typeof perMinute === 'number') limits.settings.perMinute = perMinute;
    if (typeof perDay === 'number') limits.settings.perDay = perDay;
    if (typeof concurrent === 'number') limits.settings.concurrent = concurrent;
    if (typeof tokensPerWindow === 'number') tokens.limits.tokensPerWindow = tokensPerWindow;
    limits.reset();
    return { ...limits.settings, ...tokens.limits };
  });

  app.post('/_control/mark-refund', async (request) => {
    const id = textAt(controlBody(request), 'creditnote_id') ?? '';
    return { creditnote: markForRefund(context, recordOf(context, creditNotes, id)) };
  });

  // What a bookkeeper does by hand: a credit note over an invoice, or a part of it.
  app.post('/_control/credit-invoice', async (request, reply) => {
    const body = controlBody(request);
    const invoice = recordOf(context, invoices, textAt(body, 'invoice_id') ?? '');
    const note = creditInvoice(context, invoice, body);
    const isMarked = body['mark'] !== false;
    const view = isMarked ? markForRefund(context, note) : creditNotes.view(context, note);
    return reply.code(201).send({ creditnote: view });
  });
}

/** Sets the refund mark; the webhook leaves even when the mark was set before. */
export function markForRefund(context: ZohoContext, note: FinanceRecord): Json {
  const wasMarked = isMarked(note);
  const marked = writeRecord(context, creditNotes, {
    body: { custom_fields: [{ api_name: refundMark, value: true }] },
    query: () => undefined,
    previous: note,
  });
  const view = creditNotes.view(context, marked);
  if (wasMarked) context.notifyCreditNote(view);
  return view;
}

/** Writes a credit note with the lines of an invoice, or one line of the amount that is given. */
export function creditInvoice(
  context: ZohoContext,
  invoice: FinanceRecord,
  options: Json,
): FinanceRecord {
  const amount = options['amount'];
  const lines =
    amount === undefined
      ? (invoice.lines ?? []).map((line) => ({
          ...(line.itemId === undefined ? {} : { item_id: line.itemId }),
          name: line.name,
          rate: fineJson(line.rateFine),
          quantity: fineJson(line.quantityFine),
          tax_percentage: fineJson(line.taxPercentageFine),
        }))
      : [{ name: `Refund of ${invoice.number ?? 'invoice'}`, rate: amount, quantity: 1 }];
  const extras =
    amount === undefined
      ? {
          shipping_charge: invoice.source['shipping_charge'] ?? 0,
          adjustment: invoice.source['adjustment'] ?? 0,
          discount: invoice.source['discount'] ?? 0,
        }
      : {};
  return writeRecord(context, creditNotes, {
    body: {
      customer_id: customerIdOf(invoice),
      date: context.now().toISOString().slice(0, 10),
      currency_id: invoice.currencyCode,
      line_items: lines,
      ...extras,
      reference_number: textAt(invoice.source, 'reference_number') ?? '',
      notes: textAt(options, 'reason') ?? 'Returned goods',
    },
    query: (name) => (name === 'invoice_id' ? invoice.id : undefined),
  });
}

/** Rows for the bookkeeper's page. */
export function bookkeepingRows(context: ZohoContext): Json[] {
  const notes = context.ledger.list<FinanceRecord>('creditnotes');
  return context.ledger
    .list<FinanceRecord>('invoices')
    .toReversed()
    .slice(0, 50)
    .map((invoice) => ({
      ...invoices.view(context, invoice),
      open: invoiceBalance(invoice).toString(),
      notes: notes
        .filter(({ invoiceId }) => invoiceId === invoice.id)
        .map((note) => creditNotes.view(context, note)),
    }));
}

/** Texts of a row's credit notes. */
export function noteTexts(row: Json): string[] {
  return objectsIn(row['notes']).map(
    (note) =>
      `${String(note['creditnote_number'])}: ${String(note['total'])} ` +
      `${String(note['currency_code'])}, ${String(note['status'])}`,
  );
}
