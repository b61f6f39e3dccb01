import { describe, expect, it } from 'vitest';
import { recordUrl } from './record-links.ts';

const web = {
  books: 'https://books.zoho.eu/app/20096815001',
  inventory: 'https://inventory.zoho.eu/app/20096815001/',
  crm: 'https://crm.zoho.eu/crm/org20096815001',
  desk: 'https://desk.zoho.eu/agent/example/support',
};

describe('recordUrl', () => {
  it.each([
    ['invoice', 'https://books.zoho.eu/app/20096815001#/invoices/46'],
    ['contact', 'https://books.zoho.eu/app/20096815001#/contacts/46'],
    ['customer payment', 'https://books.zoho.eu/app/20096815001#/paymentsreceived/46'],
    ['credit note', 'https://books.zoho.eu/app/20096815001#/creditnotes/46'],
    ['sales order', 'https://inventory.zoho.eu/app/20096815001#/salesorders/46'],
    ['crm contact', 'https://crm.zoho.eu/crm/org20096815001/tab/Contacts/46'],
    ['account', 'https://crm.zoho.eu/crm/org20096815001/tab/Accounts/46'],
    ['ticket', 'https://desk.zoho.eu/agent/example/support/tickets/details/46'],
  ])('opens the %s where its product keeps it', (kind, url) => {
    expect(recordUrl(kind, '46', web)).toBe(url);
  });

  it('keeps to the one mark of a page that an address has already', () => {
    const twin = { ...web, books: 'http://127.0.0.1:4102/#' };

    expect(recordUrl('invoice', '46', twin)).toBe('http://127.0.0.1:4102/#/invoices/46');
  });

  it('is none for a record without a page, and for a product whose address is not known', () => {
    expect(recordUrl('transaction', '7', web)).toBeNull();
    expect(recordUrl('ticket', '7', { ...web, desk: '' })).toBeNull();
  });

  it('never leaves the place of its record, whatever the id is', () => {
    expect(recordUrl('ticket', '../x?y#z', web)).toBe(
      'https://desk.zoho.eu/agent/example/support/tickets/details/..%2Fx%3Fy%23z',
    );
  });
});
