import { objectsIn, textAt, type Json } from '../../json.ts';
import { isEmail, newZohoId, type ZohoContext } from '../context.ts';
import { amountJson } from './amounts.ts';
import { baseCurrencyOf, findCurrency, type OrganizationCurrency } from './chart.ts';
import { customFieldViews } from './custom-fields.ts';
import { echoed, type FinanceModule, type FinanceRecord } from './finance-record.ts';
import { claimNumber } from './record-store.ts';
import { financeRefusal } from './refusals.ts';

const nameScope = 'contacts.contact_name';
const shown = [
  'contact_name',
  'company_name',
  'contact_type',
  'customer_sub_type',
  'payment_terms',
  'billing_address',
  'shipping_address',
  'phone',
  'website',
  'notes',
] as const;

/** Customers. The e-mail address of a customer is that of its primary contact person. */
export const contacts: FinanceModule = {
  plural: 'contacts',
  singular: 'contact',
  idField: 'contact_id',
  label: 'Contact',
  filters: ['contact_name', 'company_name', 'email', 'phone', 'first_name', 'last_name'],
  build: (context, { id, source, previous }) => {
    const name = textAt(source, 'contact_name')?.trim();
    if (name === undefined || name === '') throw financeRefusal('missingValue', 'contact_name');
    if (name.length > 200) throw financeRefusal('tooLong', 'contact_name', '200');
    for (const person of objectsIn(source['contact_persons'])) {
      const email = textAt(person, 'email');
      if (email !== undefined && !isEmail(email)) throw financeRefusal('invalidValue', 'Email');
      person['contact_person_id'] ??= newZohoId(context);
    }
    claimNumber(context, {
      scope: nameScope,
      value: name,
      id,
      refusal: () => financeRefusal('contactExists', name),
    });
    const oldName = textAt(previous?.source, 'contact_name')?.trim();
    if (oldName !== undefined && oldName.toLowerCase() !== name.toLowerCase()) {
      context.ledger.release(nameScope, oldName.toLowerCase());
    }
    const currency = currencyIn(context, source) ?? baseCurrencyOf(context);
    return {
      currencyCode: currency.code,
      precision: currency.precision,
      status: previous?.status ?? 'active',
    };
  },
  view: (context, record) => contactView(context, record),
  remove: (context, record) => {
    const isUsed = ['invoices', 'customerpayments', 'creditnotes', 'salesorders'].some((kind) =>
      context.ledger
        .list<FinanceRecord>(kind)
        .some(({ source }) => source['customer_id'] === record.id),
    );
    if (isUsed) throw financeRefusal('inUse', 'The contact');
    context.ledger.release(nameScope, (textAt(record.source, 'contact_name') ?? '').toLowerCase());
  },
};

/** The customer a document names; 400 when there is none. */
export function customerOf(context: ZohoContext, source: Json): FinanceRecord {
  const id = textAt(source, 'customer_id');
  const found = id === undefined ? undefined : context.ledger.get<FinanceRecord>('contacts', id);
  if (found === undefined) throw financeRefusal('invalidValue', 'customer_id');
  return found;
}

/** The currency a body names, if it does; 400 when the organisation does not have it. */
export function currencyIn(context: ZohoContext, source: Json): OrganizationCurrency | undefined {
  const named = textAt(source, 'currency_id') ?? textAt(source, 'currency_code');
  if (named === undefined) return undefined;
  const currency = findCurrency(context, named);
  if (currency === undefined) throw financeRefusal('invalidValue', 'currency_id');
  return currency;
}

/** The currency of a document: its own, else its customer's. */
export function documentCurrency(
  context: ZohoContext,
  source: Json,
  customer: FinanceRecord,
): OrganizationCurrency {
  return (
    currencyIn(context, source) ??
    findCurrency(context, customer.currencyCode ?? '') ??
    baseCurrencyOf(context)
  );
}

function contactView(context: ZohoContext, record: FinanceRecord): Json {
  const persons = objectsIn(record.source['contact_persons']);
  const primary = persons.find((person) => person['is_primary_contact'] === true) ?? persons[0];
  const precision = record.precision ?? 2;
  const open = context.ledger
    .list<FinanceRecord>('invoices')
    .filter(({ source, status }) => source['customer_id'] === record.id && status !== 'void')
    .reduce((sum, invoice) => sum + invoiceBalance(invoice), 0n);
  return {
    contact_id: record.id,
    contact_type: 'customer',
    ...echoed(record.source, shown),
    status: record.status,
    currency_id: findCurrency(context, record.currencyCode ?? '')?.id ?? '',
    currency_code: record.currencyCode,
    email: textAt(primary, 'email') ?? '',
    first_name: textAt(primary, 'first_name') ?? '',
    last_name: textAt(primary, 'last_name') ?? '',
    primary_contact_id: textAt(primary, 'contact_person_id') ?? '',
    contact_persons: persons,
    outstanding_receivable_amount: amountJson(open, precision),
    created_time: record.createdTime,
    last_modified_time: record.modifiedTime,
    ...customFieldViews(record),
  };
}

/** What is still to be paid of an invoice. */
export function invoiceBalance(invoice: FinanceRecord): bigint {
  return (
    BigInt(invoice.totalMinor ?? 0) -
    BigInt(invoice.paidMinor ?? 0) -
    BigInt(invoice.creditedMinor ?? 0)
  );
}
