import { describe, expect, it } from 'vitest';
import { redactPersons } from './redact-persons.ts';

describe('redactPersons', () => {
  it('keeps ids, amounts and dates, and takes out who the customer is, at any depth', () => {
    const body = {
      customer_id: '118000000000000001',
      total: '12.50',
      date: '2026-01-15',
      contact_name: 'Ada Lovelace',
      billing_address: { city: 'London' },
      contact_persons: [{ email: 'ada@example.com' }],
      line_items: [{ item_id: '118000000000000002', rate: '12.50', name: 'Tea' }],
    };

    const redacted = redactPersons({
      values: { body, contact: { Last_Name: 'Lovelace', Email: 'a@b.c' } },
    });

    expect(redacted).toEqual({
      values: {
        body: {
          customer_id: '118000000000000001',
          total: '12.50',
          date: '2026-01-15',
          contact_name: '[redacted]',
          billing_address: '[redacted]',
          contact_persons: '[redacted]',
          line_items: [{ item_id: '118000000000000002', rate: '12.50', name: 'Tea' }],
        },
        contact: { Last_Name: '[redacted]', Email: '[redacted]' },
      },
    });
    expect(JSON.stringify(redacted)).not.toContain('Lovelace');
  });
});
