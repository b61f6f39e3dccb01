import { describe, expect, it } from 'vitest';
import { customFieldOf, decideCreditNote } from './credit-note.ts';

const note = {
  creditnote_id: '460000000030001',
  creditnote_number: 'CN-00001',
  customer_id: '460000000026049',
  invoice_id: '460000000028001',
  status: 'open',
  total: '20.00',
  balance: '12.50',
  currency_code: 'EUR',
  notes: 'Broken cup',
  last_modified_time: '2026-03-01T10:00:00+0100',
  custom_fields: [{ api_name: 'cf_refund_to_card', value: true }],
};
const invoice = {
  invoice_id: '460000000028001',
  custom_field_hash: {
    cf_sluice_payment: 'pay-1',
    cf_sluice_order: 'ord-1',
    cf_sluice_order_number: '1001',
    cf_sluice_shop: 'shop-1',
  },
};

describe('decideCreditNote', () => {
  it('asks for the invoice when the credit note names no payment itself', () => {
    expect(decideCreditNote(note)).toEqual({
      kind: 'needs-invoice',
      invoiceId: '460000000028001',
    });
  });

  it('refunds what is open, to the payment that the invoice names', () => {
    expect(decideCreditNote(note, invoice)).toEqual({
      kind: 'marked',
      refund: {
        creditNoteId: '460000000030001',
        creditNoteNumber: 'CN-00001',
        contactId: '460000000026049',
        invoiceId: '460000000028001',
        paymentId: 'pay-1',
        orderId: 'ord-1',
        orderNumber: '1001',
        shopId: 'shop-1',
        total: '12.50',
        currency: 'EUR',
        reason: 'Broken cup',
        lastModified: '2026-03-01T10:00:00+0100',
      },
    });
  });

  it('needs no invoice when the credit note names the payment', () => {
    const own = { ...note, custom_field_hash: { ...invoice.custom_field_hash } };

    expect(decideCreditNote(own).kind).toBe('marked');
  });

  it.each([
    ['not marked', { custom_fields: [{ api_name: 'cf_refund_to_card', value: false }] }],
    ['a draft', { status: 'draft' }],
    ['void', { status: 'void' }],
    ['used up', { balance: '0.00' }],
    ['without an invoice', { invoice_id: '' }],
  ])('ignores a credit note that is %s', (_name, change) => {
    expect(decideCreditNote({ ...note, ...change }).kind).toBe('ignored');
  });

  it('ignores a credit note of an invoice that did not come from Sluice', () => {
    expect(decideCreditNote(note, { invoice_id: '1' }).kind).toBe('ignored');
  });
});

describe('customFieldOf', () => {
  it.each([
    { cf_x: 'v' },
    { custom_field_hash: { cf_x: 'v' } },
    { custom_fields: [{ api_name: 'cf_x', value: 'v' }] },
  ])('finds the value in %o', (record) => {
    expect(customFieldOf(record, 'cf_x')).toBe('v');
  });
});
