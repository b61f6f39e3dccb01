import { objectsIn, textAt, type Json } from '../../json.ts';
import { newZohoId, type ZohoContext } from '../context.ts';
import { amountJson, amountOf } from './amounts.ts';
import {
  baseCurrencyOf,
  findAccount,
  findCurrency,
  undepositedFunds,
  type LedgerAccount,
  type OrganizationCurrency,
} from './chart.ts';
import { customerOf, documentCurrency, invoiceBalance } from './contacts.ts';
import { customFieldViews } from './custom-fields.ts';
import { customerIdOf } from './documents.ts';
import { applyToInvoice } from './invoices.ts';
import type {
  Application,
  FinanceModule,
  FinanceRecord,
  RecordInput,
  RecordParts,
} from './finance-record.ts';
import { automaticNumber } from './record-store.ts';
import { financeRefusal } from './refusals.ts';

/** Payments of customers, linked to invoices; what is not applied stays as unused amount. */
export const customerPayments: FinanceModule = {
  plural: 'customerpayments',
  singular: 'payment',
  idField: 'payment_id',
  label: 'Payment',
  filters: [
    'reference_number',
    'payment_number',
    'customer_id',
    'customer_name',
    'payment_mode',
    'date',
  ],
  build: (context, input) => buildPayment(context, input),
  view: (context, record) => paymentView(context, record),
  remove: (context, record) => takeBack(context, record),
};

function buildPayment(context: ZohoContext, { source, previous }: RecordInput): RecordParts {
  const customer = customerOf(context, source);
  for (const name of ['payment_mode', 'date']) {
    if (textAt(source, name) === undefined) throw financeRefusal('missingValue', name);
  }
  if (previous !== undefined) takeBack(context, previous);
  const currency = paymentCurrency(context, source, customer);
  const amount = amountOf(source['amount'], currency.precision, 'amount');
  if (amount <= 0n) throw financeRefusal('invalidValue', 'amount');
  const account = depositAccount(context, source, currency);
  const applications = objectsIn(source['invoices']).map((entry): Application => {
    const invoiceId = textAt(entry, 'invoice_id') ?? '';
    const invoice = context.ledger.get<FinanceRecord>('invoices', invoiceId);
    if (invoice === undefined || customerIdOf(invoice) !== customer.id) {
      throw financeRefusal('invalidValue', 'invoice_id');
    }
    const minor = amountOf(entry['amount_applied'], currency.precision, 'amount_applied');
    applyToInvoice(context, invoiceId, { minor, as: 'paidMinor' });
    return { id: newZohoId(context), invoiceId, minor: minor.toString() };
  });
  const applied = applications.reduce((sum, { minor }) => sum + BigInt(minor), 0n);
  if (applied > amount) throw financeRefusal('appliedMoreThanPaid');
  return {
    number: previous?.number ?? automaticNumber(context, 'PAY'),
    currencyCode: currency.code,
    precision: currency.precision,
    totalMinor: amount.toString(),
    refundedMinor: previous?.refundedMinor ?? '0',
    accountId: account.id,
    applications,
  };
}

function takeBack(context: ZohoContext, payment: FinanceRecord): void {
  for (const { invoiceId, minor } of payment.applications ?? []) {
    applyToInvoice(context, invoiceId, { minor: -BigInt(minor), as: 'paidMinor' });
  }
}

function paymentCurrency(
  context: ZohoContext,
  source: Json,
  customer: FinanceRecord,
): OrganizationCurrency {
  const firstId = textAt(objectsIn(source['invoices'])[0], 'invoice_id');
  const first =
    firstId === undefined ? undefined : context.ledger.get<FinanceRecord>('invoices', firstId);
  return (
    findCurrency(context, first?.currencyCode ?? '') ?? documentCurrency(context, source, customer)
  );
}

/** The account money goes to; it must hold the payment's currency or the base currency. */
function depositAccount(
  context: ZohoContext,
  source: Json,
  currency: OrganizationCurrency,
): LedgerAccount {
  const id = textAt(source, 'account_id');
  if (id === undefined) return undepositedFunds(context);
  const account = findAccount(context, id);
  if (account === undefined) throw financeRefusal('invalidValue', 'account_id');
  const isBase = account.currencyCode === baseCurrencyOf(context).code;
  if (account.currencyCode !== currency.code && !isBase) throw financeRefusal('accountCurrency');
  return account;
}

function paymentView(context: ZohoContext, record: FinanceRecord): Json {
  const precision = record.precision ?? 2;
  const customer = context.ledger.get<FinanceRecord>('contacts', customerIdOf(record));
  const applied = (record.applications ?? []).reduce((sum, { minor }) => sum + BigInt(minor), 0n);
  const unused = BigInt(record.totalMinor ?? 0) - applied - BigInt(record.refundedMinor ?? 0);
  const { source } = record;
  return {
    payment_id: record.id,
    payment_number: record.number,
    customer_id: customerIdOf(record),
    customer_name: textAt(customer?.source, 'contact_name') ?? '',
    payment_mode: source['payment_mode'],
    date: source['date'],
    amount: amountJson(record.totalMinor ?? '0', precision),
    unused_amount: amountJson(unused, precision),
    bank_charges: source['bank_charges'] ?? 0,
    exchange_rate: source['exchange_rate'] ?? 1,
    reference_number: source['reference_number'] ?? '',
    description: source['description'] ?? '',
    account_id: record.accountId,
    account_name: findAccount(context, record.accountId ?? '')?.name ?? '',
    currency_id: findCurrency(context, record.currencyCode ?? '')?.id ?? '',
    currency_code: record.currencyCode,
    payment_status: 'paid',
    payment_refunds: [],
    invoices: (record.applications ?? []).map((application) => {
      const invoice = context.ledger.get<FinanceRecord>('invoices', application.invoiceId);
      return {
        invoice_payment_id: application.id,
        invoice_id: application.invoiceId,
        invoice_number: invoice?.number ?? '',
        amount_applied: amountJson(application.minor, precision),
        total: amountJson(invoice?.totalMinor ?? '0', precision),
        balance: amountJson(invoice === undefined ? 0n : invoiceBalance(invoice), precision),
      };
    }),
    created_time: record.createdTime,
    last_modified_time: record.modifiedTime,
    ...customFieldViews(record),
  };
}
