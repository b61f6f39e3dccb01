import { defined, textAt, type Json } from '../../json.ts';
import type { ZohoContext } from '../context.ts';
import { findCurrency } from './chart.ts';
import { customerOf, documentCurrency } from './contacts.ts';
import { customFieldViews } from './custom-fields.ts';
import type { FinanceRecord, RecordInput, RecordParts } from './finance-record.ts';
import { documentTotals, totalsView } from './line-items.ts';
import { automaticNumber, claimNumber } from './record-store.ts';

/** What orders, invoices and credit notes have in common when they are written. */
export function documentParts(
  context: ZohoContext,
  input: RecordInput,
  numbering: { field: string; prefix: string; refusal: (number: string) => Error },
): RecordParts & { totalMinor: string } {
  const { source, previous, id } = input;
  const customer = customerOf(context, source);
  const currency = documentCurrency(context, source, customer);
  const totals = documentTotals(context, source, currency.precision);
  const number =
    textAt(source, numbering.field) ??
    previous?.number ??
    automaticNumber(context, numbering.prefix);
  claimNumber(context, {
    scope: numbering.field,
    value: number,
    id,
    refusal: () => numbering.refusal(number),
  });
  return { ...totals, number, currencyCode: currency.code, precision: currency.precision };
}

/** What orders, invoices and credit notes have in common when they are shown. */
export function documentView(context: ZohoContext, record: FinanceRecord): Json {
  const customer = context.ledger.get<FinanceRecord>('contacts', customerIdOf(record));
  return {
    customer_id: customerIdOf(record),
    customer_name: textAt(customer?.source, 'contact_name') ?? '',
    ...defined({
      date: textAt(record.source, 'date') ?? record.createdTime.slice(0, 10),
      reference_number: textAt(record.source, 'reference_number') ?? '',
      notes: textAt(record.source, 'notes') ?? '',
      terms: textAt(record.source, 'terms') ?? '',
      exchange_rate: record.source['exchange_rate'],
      billing_address: record.source['billing_address'],
      shipping_address: record.source['shipping_address'],
      shipping_charge: record.source['shipping_charge'] ?? 0,
      adjustment: record.source['adjustment'] ?? 0,
      discount: record.source['discount'] ?? 0,
      is_inclusive_tax: record.source['is_inclusive_tax'] === true,
    }),
    currency_id: findCurrency(context, record.currencyCode ?? '')?.id ?? '',
    currency_code: record.currencyCode,
    status: record.status,
    ...totalsView(record),
    created_time: record.createdTime,
    last_modified_time: record.modifiedTime,
    ...customFieldViews(record),
  };
}

export function customerIdOf(record: FinanceRecord): string {
  return textAt(record.source, 'customer_id') ?? '';
}
