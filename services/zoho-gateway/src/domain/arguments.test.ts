import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const name = 'zoho.desk.openTicket:1.0.0';

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
    const text = '{"uniqueValue":"case-1","body":{"subject":"Review"}}';

    expect(readArguments(name, text)).toEqual({
      uniqueValue: 'case-1',
      body: { subject: 'Review' },
    });
  });

  it('accepts that a nullable argument is absent', () => {
    expect(messageOf(() => readArguments('zoho.crm.upsertContact:1.0.0', '{"contact":{}}'))).toBe(
      'accepted',
    );
  });

  it.each([
    ['{"body":{}}', 'argument uniqueValue is no string'],
    ['{"uniqueValue":"","body":{}}', 'argument uniqueValue is no string'],
    ['{"uniqueValue":"x","body":[]}', 'argument body is no object'],
    ['[]', 'arguments are no JSON object'],
    ['{', 'arguments are no JSON'],
  ])('refuses %s, naming what is wrong', (text, why) => {
    expect(messageOf(() => readArguments(name, text))).toBe(`Command ${name}: ${why}.`);
  });

  it('refuses a function that the catalogue does not have', () => {
    expect(messageOf(() => readArguments('zoho.books.burn:1.0.0', '{}'))).toContain('burn');
  });
});
