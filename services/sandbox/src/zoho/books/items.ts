import { textAt } from '../../json.ts';
import { fineJson, fineNumber } from './amounts.ts';
import { customFieldViews } from './custom-fields.ts';
import { echoed, type FinanceModule } from './finance-record.ts';
import { claimNumber } from './record-store.ts';
import { financeRefusal } from './refusals.ts';

const shown = ['name', 'sku', 'description', 'product_type', 'item_type', 'unit'] as const;

/** Articles; the name of an item is unique, and so is its stock keeping unit. */
export const items: FinanceModule = {
  plural: 'items',
  singular: 'item',
  idField: 'item_id',
  label: 'Item',
  filters: ['name', 'sku', 'description'],
  build: (context, { id, source, previous }) => {
    const name = textAt(source, 'name')?.trim();
    if (name === undefined || name === '') throw financeRefusal('missingValue', 'name');
    if (name.length > 100) throw financeRefusal('tooLong', 'name', '100');
    fineNumber(source['rate'] ?? 0, 'rate');
    for (const [field, value] of [
      ['name', name],
      ['sku', textAt(source, 'sku')],
    ] as const) {
      if (value === undefined) continue;
      const scope = `items.${field}`;
      const refusal = (): Error => financeRefusal('itemExists', value);
      claimNumber(context, { scope, value, id, refusal });
      const old = textAt(previous?.source, field)?.trim().toLowerCase();
      if (old !== undefined && old !== value.toLowerCase()) context.ledger.release(scope, old);
    }
    return { status: previous?.status ?? 'active' };
  },
  view: (_context, record) => ({
    item_id: record.id,
    item_type: 'sales',
    product_type: 'goods',
    ...echoed(record.source, shown),
    item_name: record.source['name'],
    rate: fineJson(fineNumber(record.source['rate'] ?? 0, 'rate')),
    status: record.status,
    created_time: record.createdTime,
    last_modified_time: record.modifiedTime,
    ...customFieldViews(record),
  }),
  remove: (context, record) => {
    for (const field of ['name', 'sku']) {
      const value = textAt(record.source, field);
      if (value !== undefined) context.ledger.release(`items.${field}`, value.toLowerCase());
    }
  },
};
