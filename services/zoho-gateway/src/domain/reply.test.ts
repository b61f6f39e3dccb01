import { describe, expect, it } from 'vitest';
import { judge, type RawReply } from './reply.ts';

function reply(status: number, body: unknown, headers: Record<string, string> = {}): RawReply {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

describe('judge', () => {
  it('takes code 0 as success and keeps the digits of amounts', () => {
    const verdict = judge('books', reply(201, '{"code":0,"invoice":{"total":12.50}}'));

    expect(verdict).toEqual({ kind: 'success', body: { code: '0', invoice: { total: '12.50' } } });
  });

  it('takes 204 as success without a record', () => {
    expect(judge('crm', reply(204, ''))).toEqual({ kind: 'success', body: {} });
  });

  it('refuses with the code and the words of Zoho', () => {
    const verdict = judge(
      'books',
      reply(400, { code: 24_016, message: 'The amount is too much.' }),
    );

    expect(verdict).toEqual({ kind: 'refused', code: '24016', message: 'The amount is too much.' });
  });

  it('refuses a code other than 0 even when the status is 200', () => {
    const verdict = judge('books', reply(200, { code: 1002, message: 'Invoice does not exist.' }));

    expect(verdict).toMatchObject({ kind: 'refused', code: '1002' });
  });

  it('refuses when one record of a mixed CRM answer failed, and names the field', () => {
    const failed = {
      code: 'INVALID_DATA',
      details: { api_name: 'Email' },
      message: 'invalid data',
    };
    const verdict = judge('crm', reply(207, { data: [{ ...failed, status: 'error' }] }));

    expect(verdict).toEqual({
      kind: 'refused',
      code: 'INVALID_DATA',
      message: 'invalid data (field Email)',
    });
  });

  it('refuses in the form of Desk', () => {
    const body = {
      errorCode: 'INVALID_DATA',
      message: 'The data is invalid',
      errors: [{ fieldName: '/departmentId', errorType: 'missing' }],
    };

    expect(judge('desk', reply(422, body))).toEqual({
      kind: 'refused',
      code: 'INVALID_DATA',
      message: 'The data is invalid; /departmentId missing',
    });
  });

  it.each([
    ['books', 401, { code: 57, message: 'You are not authorized' }],
    ['books', 400, { code: 14, message: 'Invalid authtoken' }],
    ['crm', 401, { code: 'INVALID_TOKEN', message: 'invalid oauth token' }],
    ['desk', 401, { errorCode: 'INVALID_OAUTH', message: 'The OAuth Token is invalid' }],
  ] as const)('asks for a new token on %s %i', (product, status, body) => {
    expect(judge(product, reply(status, body))).toEqual({ kind: 'unauthorised' });
  });

  it.each([
    [44, {}, 'per-minute', 60_000],
    [1070, {}, 'concurrency', 1500],
    [45, { 'x-rate-limit-reset': '38694' }, 'per-day', 38_694_000],
    [45, {}, 'per-day', 60_000],
    [44, { 'retry-after': '7' }, 'per-minute', 7000],
    [99, {}, 'other', 5000],
  ] as const)('knows that nothing ran on 429 with code %i and headers %o', (...row) => {
    const [code, headers, why, retryAfterMs] = row;

    expect(judge('books', reply(429, { code, message: 'no' }, headers))).toEqual({
      kind: 'not-executed',
      why,
      retryAfterMs,
    });
  });

  it.each([
    [500, { code: 1000 }],
    [502, '<html>bad gateway</html>'],
    [200, '<html>hello</html>'],
    [200, '[]'],
    [302, ''],
    [408, { message: 'Request timeout' }],
    [200, {}],
    [200, { creditnote_refunds: [] }],
  ])('cannot know the outcome of %i %s', (status, body) => {
    expect(judge('books', reply(status, body)).kind).toBe('unknown');
  });
});
