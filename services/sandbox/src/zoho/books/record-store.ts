import type { Json } from '../../json.ts';
import { financeTime, newZohoId, type ZohoContext } from '../context.ts';
import { claimUniqueValues, mergeCustomFields } from './custom-fields.ts';
import type { FinanceModule, FinanceRecord } from './finance-record.ts';
import { financeRefusal } from './refusals.ts';

/** The record of that id, or the refusal Books gives. */
export function recordOf(context: ZohoContext, module: FinanceModule, id: string): FinanceRecord {
  const found = context.ledger.get<FinanceRecord>(module.plural, id);
  if (found !== undefined) return found;
  if (module.plural === 'items') throw financeRefusal('missingItem');
  throw financeRefusal('missingRecord', module.label);
}

/** Creates a record, or changes `previous`; all of it happens, or nothing. */
export function writeRecord(
  context: ZohoContext,
  module: FinanceModule,
  change: {
    body: Json;
    query: (name: string) => string | undefined;
    previous?: FinanceRecord | undefined;
  },
): FinanceRecord {
  const { body, previous, query } = change;
  const record = context.ledger.transaction(() => {
    const id = previous?.id ?? newZohoId(context);
    const before = previous?.customFields ?? {};
    const customFields = mergeCustomFields(before, body);
    claimUniqueValues(context, module, { id, before, after: customFields });
    const { custom_fields: _, ...rest } = body;
    const source = { ...previous?.source, ...rest };
    const parts = module.build(context, { id, body, source, customFields, previous, query });
    const time = financeTime(context.now());
    const made: FinanceRecord = {
      ...parts,
      id,
      source,
      customFields,
      createdTime: previous?.createdTime ?? time,
      modifiedTime: time,
    };
    context.ledger.put(module.plural, id, made);
    return made;
  });
  module.saved?.(context, record, previous);
  return record;
}

/** Writes a record whose figures or status were changed by an action. */
export function saveRecord(
  context: ZohoContext,
  module: Pick<FinanceModule, 'plural'>,
  record: FinanceRecord,
): void {
  context.ledger.put(module.plural, record.id, {
    ...record,
    modifiedTime: financeTime(context.now()),
  });
}

/** Deletes a record after undoing what it did to others. */
export function removeRecord(
  context: ZohoContext,
  module: FinanceModule,
  record: FinanceRecord,
): void {
  context.ledger.transaction(() => {
    module.remove?.(context, record);
    const before = record.customFields;
    claimUniqueValues(context, module, { id: record.id, before, after: {} });
    context.ledger.delete(module.plural, record.id);
  });
}

/** A number that belongs to one record only, such as an invoice number. */
export function claimNumber(
  context: ZohoContext,
  claim: { scope: string; value: string; id: string; refusal: () => Error },
): void {
  const holder = context.ledger.holderOf(claim.scope, claim.value.toLowerCase());
  if (holder !== undefined && holder !== claim.id) throw claim.refusal();
  context.ledger.claim(claim.scope, claim.value.toLowerCase(), claim.id);
}

/** The next free automatic number, for example `INV-000001`. */
export function automaticNumber(context: ZohoContext, prefix: string): string {
  return `${prefix}-${context.ledger.next(prefix).toString().padStart(6, '0')}`;
}
