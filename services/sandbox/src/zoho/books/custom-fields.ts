import { objectsIn, scalarText, textAt, type Json } from '../../json.ts';
import type { ZohoContext } from '../context.ts';
import type { FinanceModule, FinanceRecord } from './finance-record.ts';
import { financeRefusal } from './refusals.ts';

/** Custom fields that refuse duplicate values, in every module that has custom fields. */
export const uniqueFields: readonly string[] = ['cf_sluice_key', 'cf_gateway_txn_id'];

export function isUniqueField(apiName: string): boolean {
  return uniqueFields.includes(apiName);
}

/** Custom fields after a request: those it names over those there were. */
export function mergeCustomFields(
  before: Readonly<Record<string, unknown>>,
  body: Json,
): Record<string, unknown> {
  const after = { ...before };
  for (const field of objectsIn(body['custom_fields'])) {
    const name = textAt(field, 'api_name') ?? apiNameOf(textAt(field, 'label'));
    if (name === undefined || !/^cf_[a-z0-9_]+$/.test(name)) {
      throw financeRefusal('invalidValue', 'custom_fields');
    }
    if (field['value'] === '' || field['value'] === null) delete after[name];
    else after[name] = field['value'];
  }
  return after;
}

/** Takes the unique values of a record and gives up those it no longer has. */
export function claimUniqueValues(
  { ledger }: ZohoContext,
  module: FinanceModule,
  change: {
    id: string;
    before: Readonly<Record<string, unknown>>;
    after: Readonly<Record<string, unknown>>;
  },
): void {
  for (const name of uniqueFields) {
    const scope = uniqueScope(module.plural, name);
    const [old, value] = [change.before[name], change.after[name]].map((entry) =>
      entry === undefined ? undefined : scalarText(entry),
    );
    if (value === old) continue;
    if (value !== undefined) {
      const holder = ledger.holderOf(scope, value);
      if (holder !== undefined && holder !== change.id)
        throw financeRefusal('valueNotUnique', name);
      ledger.claim(scope, value, change.id);
    }
    if (old !== undefined) ledger.release(scope, old);
  }
}

/** The record that holds a unique value. */
export function holderOfUnique(
  { ledger }: ZohoContext,
  plural: string,
  field: { name: string; value: string },
): string | undefined {
  return ledger.holderOf(uniqueScope(plural, field.name), field.value);
}

/** Custom fields as an answer shows them: an array, a hash, and on the record itself. */
export function customFieldViews({ customFields }: FinanceRecord): Json {
  const entries = Object.entries(customFields);
  return {
    ...Object.fromEntries(entries),
    custom_fields: entries.map(([api_name, value], index) => ({
      index: index + 1,
      label: api_name.replace(/^cf_/, ''),
      api_name,
      placeholder: api_name,
      value,
      value_formatted: String(value),
      data_type: typeof value === 'boolean' ? 'check_box' : 'string',
    })),
    custom_field_hash: Object.fromEntries(entries),
  };
}

function uniqueScope(plural: string, name: string): string {
  return `${plural}.${name}`;
}

function apiNameOf(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  return `cf_${label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^cf_/, '')}`;
}
