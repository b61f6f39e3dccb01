import type { TwinName } from './twins.ts';

/** Every call that writes something at a third party while orders are paid, declined, reviewed and refunded from Books. */
export const writingCalls = {
  zoho: [
    'PUT /books/v3/contacts',
    'POST /crm/v8/Contacts/upsert',
    'PUT /inventory/v1/items',
    'PUT /inventory/v1/salesorders',
    'PUT /books/v3/invoices',
    'POST /books/v3/invoices/*/status/sent',
    'PUT /books/v3/customerpayments',
    'POST /books/v3/creditnotes/*/refunds',
    'POST /crm/v8/Contacts/*/Notes',
    'POST /api/v1/tickets',
  ],
  cybersource: ['POST /pts/v2/payments', 'POST /pts/v2/payments/*/refunds'],
  shop: ['PUT /api/orders/*/status'],
} as const satisfies Record<TwinName, readonly string[]>;
