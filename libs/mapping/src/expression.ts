import {
  Environment,
  EvaluationError,
  ParseError,
  TypeError as CelTypeError,
} from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { PermanentFailure } from '@sluice/failure';
import { compareMoney, formatDecimal, parseDecimal } from '@sluice/money';
import {
  findExpressionFault,
  readEquality,
  readPaths,
  readReferences,
} from './expression-limits.ts';
import { plainPicker } from './plain-data.ts';
import { readMoney } from './money-value.ts';

/** An expression that cannot be accepted; `offset` counts characters from its beginning. */
export class ExpressionRejected extends PermanentFailure {
  readonly offset: number;

  constructor(message: string, offset: number, cause?: unknown) {
    super('EXPRESSION_REJECTED', message, cause === undefined ? {} : { cause });
    this.offset = offset;
  }
}

/** A compiled CEL expression; evaluating it has no side effect. */
export interface Expression {
  /** The CEL text, without `${ }`. */
  readonly text: string;
  /** Paths it reads, for example `input.customer.email`, each once. */
  readonly references: readonly string[];
  /**
   * The value for these variables. `path == "text"` is compared here, as most conditions of mappings are; everything
   * else is evaluated by CEL. Whole numbers come back as bigint, decimals as number.
   * @throws PermanentFailure EXPRESSION_FAILED when it cannot be evaluated, for example because
   * a key it reads is missing (ask with `has()` first).
   */
  evaluate(variables: Readonly<Record<string, unknown>>): unknown;
}

const expressionCharactersMax = 2_000;

/**
 * Compiles a CEL expression, written bare or as `${ … }`.
 *
 * Beyond CEL's own functions it knows, for money in any of its forms (`{minor, currency}`):
 * `decimal(money)`, the decimal text; `moneyCompare(a, b)`, below, equal or above zero;
 * `moneyAtLeast(money, "100.00")`, in the money's own currency; `isZero(money)`. And
 * `map.with({…})`, a copy of a map with keys set.
 *
 * Costs are limited: at most 200 nodes, three macros, no macro within another, no `matches`
 * (patterns can take forever), and no `+ - * / %` on `minor` (money goes through functions).
 * @throws ExpressionRejected naming the place.
 */
export function compileExpression(source: string): Expression {
  const text = unwrap(source);
  if (text.length > expressionCharactersMax) {
    throw new ExpressionRejected(
      `An expression has at most ${expressionCharactersMax} characters`,
      0,
    );
  }
  const parsed = parse(text);
  const fault = findExpressionFault(parsed.ast);
  if (fault !== undefined) throw new ExpressionRejected(fault.message, fault.offset);
  const checked = parsed.check();
  if (!checked.valid) throw rejected(checked.error);
  const pick = plainPicker(readPaths(parsed.ast));
  const equality = readEquality(parsed.ast);
  return {
    text,
    references: readReferences(parsed.ast),
    evaluate: (variables) => {
      const found = equality && textAt(variables, equality.path);
      if (found !== undefined) return found === equality?.text;
      return run(text, () => parsed(pick(variables)));
    },
  };
}

/** The text at a path; undefined for anything else, which is CEL's to judge. */
function textAt(variables: unknown, path: readonly string[]): string | undefined {
  let from = variables;
  for (const segment of path) {
    if (typeof from !== 'object' || from === null || !Object.hasOwn(from, segment))
      return undefined;
    from = (from as Readonly<Record<string, unknown>>)[segment];
  }
  return typeof from === 'string' ? from : undefined;
}

/**
 * Compiles an expression that must say true or false.
 *
 * The returned function throws PermanentFailure EXPRESSION_FAILED for any other value.
 * @throws ExpressionRejected naming the place.
 */
export function compileCondition(
  source: string,
): (variables: Readonly<Record<string, unknown>>) => boolean {
  const expression = compileExpression(source);
  return (variables) => {
    const value = expression.evaluate(variables);
    if (typeof value === 'boolean') return value;
    throw new PermanentFailure(
      'EXPRESSION_FAILED',
      `The condition ${expression.text} gave neither true nor false`,
    );
  };
}

/** Compiles and evaluates once; for anything that runs again, compile and keep. */
export function evaluate(source: string, variables: Readonly<Record<string, unknown>>): unknown {
  return compileExpression(source).evaluate(variables);
}

/** True for a text written as `${ … }`, which is how documents mark expressions. */
export function isExpression(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith('${') && trimmed.endsWith('}');
}

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: {
    maxAstNodes: 200,
    maxDepth: 32,
    maxListElements: 100,
    maxMapEntries: 50,
    maxCallArguments: 8,
  },
});
environment.registerFunction('decimal(dyn): string', (value: unknown) =>
  formatDecimal(readMoney(value)),
);
environment.registerFunction('moneyCompare(dyn, dyn): int', (left: unknown, right: unknown) =>
  BigInt(compareMoney(readMoney(left), readMoney(right))),
);
environment.registerFunction('moneyAtLeast(dyn, string): bool', (value: unknown, least: string) => {
  const money = readMoney(value);
  return compareMoney(money, parseDecimal(least, money.currency)) >= 0;
});
environment.registerFunction(
  'isZero(dyn): bool',
  (value: unknown) => readMoney(value).minor === 0n,
);
environment.registerFunction('map.with(map): map', (base: object, change: object) => ({
  ...plainObject(base),
  ...plainObject(change),
}));

function plainObject(value: object): object {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

function unwrap(source: string): string {
  return isExpression(source) ? source.trim().slice(2, -1).trim() : source.trim();
}

interface Parsed {
  (variables: object): unknown;
  readonly ast: ASTNode;
  check(): { valid: boolean; error?: ParseError | CelTypeError };
}

function parse(text: string): Parsed {
  try {
    return environment.parse(text);
  } catch (error) {
    throw rejected(error);
  }
}

function rejected(error: unknown): ExpressionRejected {
  if (error instanceof ParseError || error instanceof CelTypeError) {
    return new ExpressionRejected(error.summary, error.range?.start ?? 0, error);
  }
  return new ExpressionRejected('The expression cannot be read', 0, error);
}

function run(text: string, evaluation: () => unknown): unknown {
  try {
    return evaluation();
  } catch (error) {
    const reason = error instanceof EvaluationError ? error.summary : firstLine(error);
    throw new PermanentFailure('EXPRESSION_FAILED', `The expression ${text} failed: ${reason}`, {
      cause: error,
    });
  }
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'unknown reason';
}
