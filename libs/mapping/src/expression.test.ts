import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentFailure } from '@sluice/failure';
import { compileCondition, compileExpression, evaluate, ExpressionRejected } from './expression.ts';

const payment = {
  input: {
    amount: { minor: '12550', currency: 'EUR' },
    customer: { email: 'ada@example.com', company: '' },
    lines: [{ quantity: 1n }, { quantity: 3n }],
  },
};

describe('compileExpression', () => {
  it('takes an expression bare or marked with ${ }', () => {
    expect(evaluate('1 + 1', {})).toBe(2n);
    expect(evaluate('${ 1 + 1 }', {})).toBe(2n);
  });

  it('compares whole numbers beyond 2^53 exactly', () => {
    const variables = { minor: 9_007_199_254_740_993n };

    expect(evaluate('minor == 9007199254740993', variables)).toBe(true);
    expect(evaluate('minor == 9007199254740992', variables)).toBe(false);
  });

  it('compares a path with a text as CEL does, whatever stands there', () => {
    class Decoded {
      state: unknown;
      constructor(state: unknown) {
        this.state = state;
      }
    }
    const ours = compileExpression('source.state == "held"');
    const cel = compileExpression('true && source.state == "held"');
    const outcome = (expression: typeof ours, variables: object): unknown => {
      try {
        return expression.evaluate({ ...variables });
      } catch (error) {
        return error instanceof PermanentFailure ? error.code : error;
      }
    };
    const states = fc.oneof(fc.constant('held'), fc.string(), fc.jsonValue(), fc.bigInt());
    const sources = fc.oneof(
      states.map((state) => ({ state })),
      states.map((state) => new Decoded(state)),
      fc.constant({}),
      states,
    );

    fc.assert(
      fc.property(
        fc.oneof(
          fc.constant({}),
          sources.map((source) => ({ source })),
        ),
        (variables) => {
          expect(outcome(ours, variables)).toEqual(outcome(cel, variables));
        },
      ),
    );
  });

  it('names the paths it reads, without the names its macros bind', () => {
    const text = 'input.customer.company != "" && input.lines.exists(line, line.quantity > 2)';

    expect(compileExpression(text).references).toEqual(['input.customer.company', 'input.lines']);
  });

  it('compares money through functions over minor units', () => {
    expect(evaluate('moneyAtLeast(input.amount, "125.50")', payment)).toBe(true);
    expect(evaluate('moneyAtLeast(input.amount, "125.51")', payment)).toBe(false);
    expect(evaluate('moneyCompare(input.amount, {"minor": "1", "currency": "EUR"})', payment)).toBe(
      1n,
    );
    expect(evaluate('decimal(input.amount)', payment)).toBe('125.50');
    expect(evaluate('isZero(input.amount)', payment)).toBe(false);
  });

  it('copies a map with keys set and leaves the original alone', () => {
    const context = { contactId: '1', total: '2' };

    const copy = evaluate('context.with({"contactId": "7"})', { context });

    expect(copy).toEqual({ contactId: '7', total: '2' });
    expect(context.contactId).toBe('1');
  });

  it.each([
    ['input.amount.minor + 1', 'Money is not calculated'],
    ['int(input.amount.minor) * 2', 'Money is not calculated'],
    ['input.email.matches("(a+)+$")', 'matches is not allowed'],
    ['a.all(x, b.exists(y, y == x))', 'within another macro'],
    ['a.map(x, x).map(x, x).map(x, x).map(x, x)', 'at most 3 macros'],
    ['1 +', ''],
    ['"a" == 1', ''],
    ['nothing(1)', ''],
  ])('refuses %s', (text, sentence) => {
    expect(() => compileExpression(text)).toThrow(ExpressionRejected);
    expect(() => compileExpression(text)).toThrow(sentence);
  });

  it('refuses a text that is too long or has too many parts', () => {
    expect(() => compileExpression(`"${'a'.repeat(2_000)}"`)).toThrow(ExpressionRejected);
    expect(() => compileExpression(Array(150).fill('1').join('+'))).toThrow(ExpressionRejected);
  });

  it('reads records of generated classes, lists of them too', () => {
    class Decoded {
      readonly total = 5n;
      readonly lines = [
        new (class Line {
          readonly sku = 'a';
        })(),
      ];
    }

    expect(evaluate('source.lines.exists(l, l.sku == "a")', { source: new Decoded() })).toBe(true);
    expect(evaluate('has(source.total) && source.total == 5', { source: new Decoded() })).toBe(
      true,
    );
  });

  it('treats a missing and an empty part of such a record as of plain data', () => {
    class Decoded {
      readonly risk = null;
      readonly payer = { name: 'Ada', address: { country: 'GB' } };
    }
    const source = new Decoded();

    expect(evaluate('source.risk == null', { source })).toBe(true);
    expect(evaluate('has(source.payer.age)', { source })).toBe(false);
    expect(evaluate('source.payer.address.country + source.payer.name', { source })).toBe('GBAda');
    expect(evaluate('source["payer"].name', { source })).toBe('Ada');
  });

  it('takes money from memory or JSON, never from a number', () => {
    const euros = (minor: unknown): unknown =>
      evaluate('moneyAtLeast(m, "1")', { m: { minor, currency: 'EUR' } });

    expect(euros(100n)).toBe(true);
    expect(euros('99')).toBe(false);
    expect(() => euros(100)).toThrow(expect.objectContaining({ code: 'EXPRESSION_FAILED' }));
  });

  it('cannot reach anything that is not data', () => {
    const variables = { text: 'a', map: {} };

    for (const text of ['text.constructor', 'map.constructor', 'map.__proto__', 'process.env']) {
      expect(() => evaluate(text, variables)).toThrow(
        expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
      );
    }
  });

  it('fails with a code when a key is missing', () => {
    expect(() => evaluate('input.phone == ""', payment)).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
    );
    expect(evaluate('has(input.phone) && input.phone == ""', payment)).toBe(false);
  });
});

describe('compileCondition', () => {
  it('gives true or false', () => {
    expect(compileCondition('input.customer.company == ""')(payment)).toBe(true);
  });

  it('fails for any other value', () => {
    expect(() => compileCondition('input.customer.email')(payment)).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
    );
  });
});
