import { exponentOf } from '../../currencies.ts';
import type { Json } from '../../json.ts';
import { fixedId, type ZohoContext } from '../context.ts';

/** A currency of the organisation. */
export interface OrganizationCurrency {
  readonly id: string;
  readonly code: string;
  readonly precision: number;
  readonly isBase: boolean;
  readonly exchangeRate: number;
}

/** An account money can be booked to. */
export interface LedgerAccount {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly code: string;
  readonly currencyId: string;
  readonly currencyCode: string;
}

const baseCurrency = 'EUR';
const rates: readonly [string, number][] = [
  ['EUR', 1],
  ['USD', 0.92],
  ['GBP', 1.17],
  ['JPY', 0.0062],
  ['KWD', 2.99],
  ['CHF', 1.05],
  ['CAD', 0.68],
  ['AUD', 0.6],
  ['INR', 0.011],
  ['SEK', 0.088],
  ['PLN', 0.23],
  ['BHD', 2.44],
];
const currencyNumber = 100;
const accountNumber = 500;

/** All currencies of the organisation; the base currency is first. */
export function organizationCurrencies(context: ZohoContext): OrganizationCurrency[] {
  return rates.map(([code, exchangeRate], index) => ({
    id: fixedId(context, currencyNumber + index),
    code,
    precision: exponentOf(code) ?? 2,
    isBase: code === baseCurrency,
    exchangeRate,
  }));
}

/** A currency by id or code. */
export function findCurrency(
  context: ZohoContext,
  idOrCode: string,
): OrganizationCurrency | undefined {
  return organizationCurrencies(context).find(
    ({ id, code }) => id === idOrCode || code === idOrCode,
  );
}

export function baseCurrencyOf(context: ZohoContext): OrganizationCurrency {
  const [base] = organizationCurrencies(context);
  if (base === undefined) throw new Error('the organisation has no currency');
  return base;
}

/** Undeposited funds, a bank account, sales, and one clearing account per currency. */
export function ledgerAccounts(context: ZohoContext): LedgerAccount[] {
  const base = baseCurrencyOf(context);
  const account = (number: number, named: [string, string], currency = base): LedgerAccount => ({
    id: fixedId(context, accountNumber + number),
    name: named[0],
    type: named[1],
    code: String(1000 + number),
    currencyId: currency.id,
    currencyCode: currency.code,
  });
  return [
    account(0, ['Undeposited Funds', 'cash']),
    account(1, ['House Bank', 'bank']),
    account(2, ['Sales', 'income']),
    account(3, ['Bank Fees and Charges', 'expense']),
    ...organizationCurrencies(context).map((currency, index) =>
      account(10 + index, [`Cybersource Clearing ${currency.code}`, 'bank'], currency),
    ),
  ];
}

export function findAccount(context: ZohoContext, id: string): LedgerAccount | undefined {
  return ledgerAccounts(context).find((account) => account.id === id);
}

/** Where Books puts a payment that names no account. */
export function undepositedFunds(context: ZohoContext): LedgerAccount {
  const [account] = ledgerAccounts(context);
  if (account === undefined) throw new Error('the organisation has no account');
  return account;
}

export function currencyView(currency: OrganizationCurrency): Json {
  return {
    currency_id: currency.id,
    currency_code: currency.code,
    currency_name: `${currency.code}- ${currency.code}`,
    currency_symbol: currency.code,
    price_precision: currency.precision,
    currency_format: currency.precision === 0 ? '1,234,567' : '1,234,567.89',
    is_base_currency: currency.isBase,
    exchange_rate: currency.isBase ? 0 : currency.exchangeRate,
    effective_date: currency.isBase ? '' : '2026-01-01',
  };
}

export function accountView(account: LedgerAccount): Json {
  return {
    account_id: account.id,
    account_name: account.name,
    account_code: account.code,
    account_type: account.type,
    currency_id: account.currencyId,
    currency_code: account.currencyCode,
    is_active: true,
    balance: 0,
  };
}
