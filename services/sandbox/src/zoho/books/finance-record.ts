import type { Json } from '../../json.ts';
import type { ZohoContext } from '../context.ts';

/** One line of an order, invoice or credit note; numbers are exact whole units. */
export interface StoredLine {
  readonly id: string;
  readonly itemId?: string;
  readonly name: string;
  readonly description?: string;
  readonly rateFine: string;
  readonly quantityFine: string;
  readonly taxPercentageFine: string;
  readonly totalMinor: string;
}

/** A record of Books and Inventory as the ledger keeps it. */
export interface FinanceRecord {
  readonly id: string;
  readonly createdTime: string;
  readonly modifiedTime: string;
  /** The request bodies so far, the later over the earlier. */
  readonly source: Json;
  /** Custom fields by API name. */
  readonly customFields: Readonly<Record<string, unknown>>;
  readonly number?: string;
  readonly currencyCode?: string;
  readonly precision?: number;
  status?: string;
  readonly lines?: readonly StoredLine[];
  readonly subTotalMinor?: string;
  readonly taxMinor?: string;
  readonly totalMinor?: string;
  /** Invoices: sum of payments applied. */
  paidMinor?: string;
  /** Invoices: sum of credits applied. Credit notes: sum applied to invoices. */
  creditedMinor?: string;
  /** Credit notes and payments: sum given back. */
  refundedMinor?: string;
  /** Credit notes: the invoice they credit. */
  readonly invoiceId?: string;
  /** Payments: what went to which invoice. */
  readonly applications?: readonly Application[];
  readonly accountId?: string;
}

/** A part of a payment applied to an invoice. */
export interface Application {
  readonly id: string;
  readonly invoiceId: string;
  readonly minor: string;
}

/** What a module builds a record from. */
export interface RecordInput {
  readonly id: string;
  readonly body: Json;
  readonly source: Json;
  readonly customFields: Readonly<Record<string, unknown>>;
  readonly previous: FinanceRecord | undefined;
  readonly query: (name: string) => string | undefined;
}

/** Parts of a record only its module knows. */
export type RecordParts = Omit<
  FinanceRecord,
  'id' | 'createdTime' | 'modifiedTime' | 'source' | 'customFields'
>;

/** A module of Books and Inventory: how its records are checked, kept and shown. */
export interface FinanceModule {
  /** Path segment and ledger kind, for example `invoices`. */
  readonly plural: string;
  /** Key of one record in an answer. */
  readonly singular: string;
  readonly idField: string;
  /** What messages call it. */
  readonly label: string;
  /** Text fields a list can be filtered by, besides custom fields. */
  readonly filters: readonly string[];
  readonly build: (context: ZohoContext, input: RecordInput) => RecordParts;
  readonly view: (context: ZohoContext, record: FinanceRecord) => Json;
  /** Undoes what the record did to others, or refuses. */
  readonly remove?: (context: ZohoContext, record: FinanceRecord) => void;
  readonly saved?: (
    context: ZohoContext,
    record: FinanceRecord,
    previous: FinanceRecord | undefined,
  ) => void;
}

/** The fields of a body that are shown again as they came. */
export function echoed(source: Json, names: readonly string[]): Json {
  return Object.fromEntries(
    names.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]),
  );
}
