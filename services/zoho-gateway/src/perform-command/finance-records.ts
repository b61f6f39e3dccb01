import { compareMoney, formatDecimal, parseDecimal } from '@sluice/money';
import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import { customFieldOf } from '../domain/credit-note.ts';
import { asObject, asObjects, asText, type ZohoObject } from '../domain/zoho-json.ts';
import { ZohoOutcomeUnknown, type ZohoGateway } from '../gateways/zoho.gateway.ts';
import type { ReferenceData } from './reference-data.ts';

/** A module of the finance APIs, and how its records look on the wire. */
export interface FinanceModule {
  readonly product: 'books' | 'inventory';
  readonly path: string;
  /** Keys that hold one record, and the list; the documentation and the wire differ. */
  readonly recordKeys: readonly string[];
  readonly listKeys: readonly string[];
  readonly idKey: string;
}

/** The modules in use. */
export const financeModules = {
  contacts: moduleAt('books', { path: '/contacts', keys: ['contact'] }),
  invoices: moduleAt('books', { path: '/invoices', keys: ['invoice'] }),
  payments: moduleAt('books', { path: '/customerpayments', keys: ['payment', 'customerpayment'] }),
  creditNotes: moduleAt('books', { path: '/creditnotes', keys: ['creditnote', 'credit_note'] }),
  items: moduleAt('inventory', { path: '/items', keys: ['item'] }),
  salesOrders: moduleAt('inventory', { path: '/salesorders', keys: ['salesorder', 'sales_order'] }),
} as const;

/** Records of Books and Inventory by the unique field of Sluice. */
export class FinanceRecords {
  private readonly gateway: ZohoGateway;
  private readonly reference: ReferenceData;
  private readonly uniqueField: string;

  constructor(gateway: ZohoGateway, reference: ReferenceData, uniqueField: string) {
    this.gateway = gateway;
    this.reference = reference;
    this.uniqueField = uniqueField;
  }

  /** Creates the record or updates the one with this unique value; there is never a second one. */
  async upsert(
    target: FinanceModule,
    uniqueValue: string,
    request: { body: Readonly<Record<string, unknown>>; query?: Record<string, string> },
  ): Promise<ZohoObject> {
    const reply = await this.gateway.call({
      product: target.product,
      method: 'PUT',
      path: target.path,
      ...(request.query === undefined ? {} : { query: request.query }),
      upsertBy: uniqueValue,
      body: await this.complete(request.body, uniqueValue),
    });
    return recordOf(target, reply);
  }

  /** The records with this unique value, read in full. The filter is not trusted. */
  async findByUniqueValue(
    target: FinanceModule,
    uniqueValue: string,
  ): Promise<readonly ZohoObject[]> {
    const found = await this.search(target, { [this.uniqueField]: uniqueValue });
    const matches = found.filter((one) => customFieldOf(one, this.uniqueField) === uniqueValue);
    return await Promise.all(
      matches.map((one) => this.read(target, asText(one[target.idKey]) ?? '')),
    );
  }

  /** First page of the list under a filter; Zoho ignores some filters silently. */
  async search(
    target: FinanceModule,
    filter: Readonly<Record<string, string>>,
  ): Promise<readonly ZohoObject[]> {
    const { product, path } = target;
    const reply = await this.gateway.call({ product, method: 'GET', path, query: filter });
    return listOf(reply, target.listKeys);
  }

  async read(target: FinanceModule, id: string): Promise<ZohoObject> {
    const path = `${target.path}/${encodeURIComponent(id)}`;
    const reply = await this.gateway.call({ product: target.product, method: 'GET', path });
    return recordOf(target, reply);
  }

  private async complete(
    body: Readonly<Record<string, unknown>>,
    uniqueValue: string,
  ): Promise<Record<string, unknown>> {
    const { currency_code: currency, custom_fields: fields, ...rest } = body;
    const key = { api_name: this.uniqueField, value: uniqueValue };
    return {
      ...rest,
      ...(typeof currency === 'string' && currency !== ''
        ? { currency_id: await this.reference.currencyId(currency) }
        : {}),
      custom_fields: [...(Array.isArray(fields) ? (fields as unknown[]) : []), key],
    };
  }
}

/** The list of an answer. Throws `ZohoOutcomeUnknown` without one: that would prove no absence. */
export function listOf(reply: ZohoObject, keys: readonly string[]): readonly ZohoObject[] {
  const key = keys.find((name) => Array.isArray(reply[name]));
  if (key === undefined) throw new ZohoOutcomeUnknown(`Zoho answered without ${keys[0] ?? ''}.`);
  return asObjects(reply[key]);
}

/** The id of a record that a successful answer carries. */
export function idOf(target: FinanceModule, record: ZohoObject): string {
  return asText(record[target.idKey]) ?? '';
}

/** An amount as Zoho wrote it, in the decimals of its currency. */
export function amountOf(record: ZohoObject, field: string, currency: string): string {
  return formatDecimal(parseDecimal(asText(record[field]) ?? '0', currency));
}

/**
 * Whether Books holds the amount that was asked for, to the minor unit.
 *
 * Nobody may take a record with another amount for this one, whichever way it is found.
 */
export function hasAskedAmount(values: Arguments, output: Output): boolean {
  const { amount } = objectArgument(values, 'body');
  if (typeof amount !== 'string' || typeof output['amount'] !== 'string') return false;
  const currency = textArgument(values, 'currency');
  const asked = parseDecimal(amount, currency);
  return compareMoney(asked, parseDecimal(output['amount'], currency)) === 0;
}

/** The output, when its amount is the one that was asked for. Throws `ZohoOutcomeUnknown`. */
export function withAskedAmount(values: Arguments, output: Output): Output {
  if (hasAskedAmount(values, output)) return output;
  throw new ZohoOutcomeUnknown('Books answered with another amount than was asked for.');
}

function recordOf(target: FinanceModule, reply: ZohoObject): ZohoObject {
  const key = target.recordKeys.find((name) => reply[name] !== undefined);
  const value = key === undefined ? undefined : reply[key];
  const record = Array.isArray(value) ? (asObjects(value)[0] ?? {}) : asObject(value);
  if (asText(record[target.idKey]) === undefined) {
    throw new ZohoOutcomeUnknown(`Zoho answered ${target.path} without ${target.idKey}.`);
  }
  return record;
}

function moduleAt(
  product: FinanceModule['product'],
  shape: { readonly path: string; readonly keys: readonly [string, ...string[]] },
): FinanceModule {
  return {
    product,
    path: shape.path,
    recordKeys: shape.keys,
    listKeys: [shape.path.slice(1), ...shape.keys.map((key) => `${key}s`)],
    idKey: `${shape.keys[0]}_id`,
  };
}
