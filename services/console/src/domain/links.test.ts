import { describe, expect, it } from 'vitest';
import { linksOf, referencesOf } from './links.ts';

describe('linksOf', () => {
  it('joins a hop to its order, payment and refund, in the output of a command too', () => {
    const data = { paymentId: 'p', businessKey: 'o', output: { refundId: 'r' }, orderNumber: '1' };

    expect(linksOf(data, 'o')).toEqual(['o', 'p', 'r']);
  });

  it('finds nothing in what could not be read', () => {
    expect(linksOf(null, undefined)).toEqual([]);
  });
});

describe('referencesOf', () => {
  it('names records elsewhere once, and leaves empty ids out', () => {
    const data = {
      transactionId: '7',
      output: { invoiceId: '46', invoiceNumber: '', transactionId: '7' },
    };

    expect(referencesOf(data)).toEqual([
      { kind: 'transaction', value: '7' },
      { kind: 'invoice', value: '46' },
    ]);
  });

  it('tells the contact in CRM from the one in Books', () => {
    const crm = { function: 'zoho.crm.upsertContact:1.0.0', output: { contactId: '7' } };
    const books = { function: 'zoho.books.upsertContact:1.0.0', output: { contactId: '7' } };

    expect(referencesOf(crm)).toEqual([{ kind: 'crm contact', value: '7' }]);
    expect(referencesOf(books)).toEqual([{ kind: 'contact', value: '7' }]);
  });
});
