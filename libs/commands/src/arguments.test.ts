import { describe, expect, it } from 'vitest';
import { objectArgument, readArguments } from './arguments.ts';

const ticket = 'zoho.desk.openTicket:1.0.0';
const status = 'commerce.setOrderStatus:1.0.0';
const refusing = { acceptsEmptyText: false };

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('readArguments', () => {
  it('returns what fits the catalogue', () => {
    const values = { uniqueValue: 'case-1', body: { subject: 'Review' } };

    expect(readArguments(ticket, JSON.stringify(values), refusing)).toEqual(values);
  });

  it('accepts that a nullable argument is absent', () => {
    const read = () => readArguments('zoho.crm.upsertContact:1.0.0', '{"contact":{}}', refusing);

    expect(messageOf(read)).toBe('accepted');
  });

  it('accepts an empty text only where the vendor does', () => {
    const text = JSON.stringify({ orderId: 'o-1', status: 'paid', detail: '' });

    expect(messageOf(() => readArguments(status, text, { acceptsEmptyText: true }))).toBe(
      'accepted',
    );
    expect(messageOf(() => readArguments(status, text, refusing))).toBe(
      `Command ${status}: argument detail is no string.`,
    );
  });

  it.each([
    ['{"body":{}}', 'argument uniqueValue is no string'],
    ['{"uniqueValue":"","body":{}}', 'argument uniqueValue is no string'],
    ['{"uniqueValue":7,"body":{}}', 'argument uniqueValue is no string'],
    ['{"uniqueValue":"x","body":[]}', 'argument body is no object'],
    ['[]', 'arguments are no JSON object'],
    ['{', 'arguments are no JSON'],
  ])('refuses %s, naming what is wrong', (text, why) => {
    expect(messageOf(() => readArguments(ticket, text, refusing))).toBe(
      `Command ${ticket}: ${why}.`,
    );
  });

  it('refuses a text that is too long and arguments that are too large', () => {
    const withText = (length: number) =>
      JSON.stringify({ orderId: 'x'.repeat(length), status: 'paid', detail: 'd' });

    expect(messageOf(() => readArguments(status, withText(20_000), refusing))).toBe('accepted');
    expect(messageOf(() => readArguments(status, withText(20_001), refusing))).toContain('orderId');
    expect(messageOf(() => readArguments(status, withText(300_000), refusing))).toContain(
      'arguments are too large',
    );
  });

  it('refuses a function that the catalogue does not have', () => {
    const read = () => readArguments('zoho.books.burn:1.0.0', '{}', refusing);

    expect(read).toThrow(expect.objectContaining({ code: 'FUNCTION_UNKNOWN' }));
    expect(messageOf(read)).toContain('burn');
  });
});

describe('objectArgument', () => {
  it('is empty when the argument is absent or no object', () => {
    expect(objectArgument({ body: { a: 1 } }, 'body')).toEqual({ a: 1 });
    expect(objectArgument({}, 'body')).toEqual({});
    expect(objectArgument({ body: [1] }, 'body')).toEqual({});
  });
});
