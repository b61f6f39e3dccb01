import { documentParts, documentView } from './documents.ts';
import type { FinanceModule } from './finance-record.ts';
import { financeRefusal } from './refusals.ts';

/** Sales orders. */
export const salesOrders: FinanceModule = {
  plural: 'salesorders',
  singular: 'salesorder',
  idField: 'salesorder_id',
  label: 'Sales Order',
  filters: [
    'salesorder_number',
    'reference_number',
    'customer_id',
    'customer_name',
    'status',
    'date',
  ],
  build: (context, input) => ({
    ...documentParts(context, input, {
      field: 'salesorder_number',
      prefix: 'SO',
      refusal: () => financeRefusal('salesOrderExists'),
    }),
    status: input.previous?.status ?? 'draft',
  }),
  view: (context, record) => ({
    salesorder_id: record.id,
    salesorder_number: record.number,
    ...documentView(context, record),
    order_status: record.status,
  }),
  remove: (context, record) => {
    context.ledger.release('salesorder_number', (record.number ?? '').toLowerCase());
  },
};
