import { describe, expect, it } from 'vitest';
import { asObjects, readZohoJson, writeZohoJson } from './zoho-json.ts';

describe('readZohoJson', () => {
  it('keeps every digit of a number', () => {
    const read = readZohoJson(
      '{"total":12345678901234.567,"balance":0.10,"ids":[9007199254740993]}',
    );

    expect(read).toEqual({
      total: '12345678901234.567',
      balance: '0.10',
      ids: ['9007199254740993'],
    });
  });

  it('refuses what is no JSON', () => {
    expect(() => readZohoJson('<html>')).toThrow(SyntaxError);
  });
});

describe('writeZohoJson', () => {
  it('writes decimal strings of numeric fields as numbers, digit by digit', () => {
    const text = writeZohoJson({ amount: '12.50', invoices: [{ amount_applied: '1234.567' }] });

    expect(text).toBe('{"amount":12.50,"invoices":[{"amount_applied":1234.567}]}');
  });

  it('leaves ids, codes and texts as strings', () => {
    const text = writeZohoJson({ customer_id: '460000000026049', zip: '01234', rate: 'dear' });

    expect(text).toBe('{"customer_id":"460000000026049","zip":"01234","rate":"dear"}');
  });
});

describe('asObjects', () => {
  it('passes over what is no object', () => {
    expect(asObjects(['a', null, { id: '1' }])).toEqual([{ id: '1' }]);
  });
});
