import { describe, expect, it } from 'vitest';
import { readWebhookHint, splitWebhookBody } from './webhook-body.ts';
import { hasValidSignature, signWebhook } from './webhook-signature.ts';

const secret = 'abcdefghijkl123456';
const json = '{"creditnote":{"creditnote_id":"460000000026049","last_modified_time":"2026-03-01"}}';

describe('readWebhookHint', () => {
  it.each([
    ['the default payload', json, 'application/json'],
    [
      'a form with JSONString',
      `JSONString=${encodeURIComponent(json)}`,
      'application/x-www-form-urlencoded; charset=UTF-8',
    ],
    [
      'placeholders',
      '{"creditnote_id":460000000026049,"last_modified_time":"2026-03-01"}',
      'application/json',
    ],
    [
      'a form of placeholders',
      'creditnote_id=460000000026049&last_modified_time=2026-03-01',
      'application/x-www-form-urlencoded',
    ],
  ])('finds the credit note in %s', (_name, raw, contentType) => {
    expect(readWebhookHint(splitWebhookBody(raw, contentType))).toEqual({
      kind: 'creditnote',
      recordId: '460000000026049',
      lastModified: '2026-03-01',
    });
  });

  it('tells other records apart', () => {
    const body = splitWebhookBody('{"invoice":{"invoice_id":"1"}}', 'application/json');

    expect(readWebhookHint(body).kind).toBe('other');
  });

  it.each(['', 'hello', '[1]', '"x"', '{"a":'])('refuses the body %s', (raw) => {
    expect(() => readWebhookHint(splitWebhookBody(raw, 'application/json'))).toThrow(SyntaxError);
  });
});

describe('hasValidSignature', () => {
  it('agrees with a signature computed elsewhere', () => {
    const body = splitWebhookBody('{"created_date":"2013-03-05"}', 'application/json');
    const query = new Map([
      ['subscription_id', '90343'],
      ['name', 'basic'],
    ]);

    const signature = '168de5428ac311b413dfedead8d76c3dffa19047b2c0aafa4447e15f4f3f8f6f';

    expect(hasValidSignature(body, query, { signature, secret })).toBe(true);
  });

  it('covers the decoded fields of a form, sorted by name', () => {
    const body = splitWebhookBody('b=2%203&a=1', 'application/x-www-form-urlencoded');

    const signature = signWebhook({ form: new Map(), rawJson: 'a1b2 3' }, new Map(), secret);

    expect(hasValidSignature(body, new Map(), { signature, secret })).toBe(true);
  });

  it.each(['', 'zz', '0'.repeat(64)])('refuses the signature %s', (signature) => {
    const body = splitWebhookBody(json, 'application/json');

    expect(hasValidSignature(body, new Map(), { signature, secret })).toBe(false);
  });

  it('refuses a changed body', () => {
    const signature = signWebhook({ form: new Map(), rawJson: json }, new Map(), secret);
    const body = splitWebhookBody(json.replace('26049', '26050'), 'application/json');

    expect(hasValidSignature(body, new Map(), { signature, secret })).toBe(false);
  });
});
