import { functions } from '@sluice/contracts';
import { PermanentFailure } from '@sluice/failure';

/** Arguments of a command, checked against the function catalogue. */
export type Arguments = Readonly<Record<string, unknown>>;

/** What a vendor's functions accept beyond the catalogue. */
export interface ReadOptions {
  /** Whether an empty text is an argument. */
  readonly acceptsEmptyText: boolean;
}

const argumentsCharactersMax = 256 * 1024;
const textCharactersMax = 20_000;

/**
 * Reads the arguments of a command and checks them against the input of its function.
 *
 * @throws PermanentFailure `FUNCTION_UNKNOWN`, or `COMMAND_INVALID` naming the argument.
 */
export function readArguments(functionName: string, text: string, options: ReadOptions): Arguments {
  const definition = functions[functionName];
  if (definition === undefined) {
    throw new PermanentFailure(
      'FUNCTION_UNKNOWN',
      `The catalogue has no function ${functionName.slice(0, 100)}.`,
    );
  }
  const values = parse(functionName, text);
  for (const [name, type] of Object.entries(definition.input)) {
    if (!fits(values[name], type, options)) {
      throw invalid(functionName, `argument ${name} is no ${type}`);
    }
  }
  return values;
}

/** Text argument; present because `readArguments` has checked it. */
export function textArgument(values: Arguments, name: string): string {
  return String(values[name]);
}

/** Object argument; an empty one when it is absent. */
export function objectArgument(values: Arguments, name: string): Record<string, unknown> {
  const value = values[name];
  return isObject(value) ? value : {};
}

function parse(functionName: string, text: string): Arguments {
  if (text.length > argumentsCharactersMax) throw invalid(functionName, 'arguments are too large');
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    throw invalid(functionName, 'arguments are no JSON', cause);
  }
  throw invalid(functionName, 'arguments are no JSON object');
}

function fits(value: unknown, typeText: string, options: ReadOptions): boolean {
  const isNullable = typeText.endsWith('?');
  if (value === undefined || value === null) return isNullable;
  const type = isNullable ? typeText.slice(0, -1) : typeText;
  if (type === 'string') return isText(value, options);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return typeof value === type;
}

function isText(value: unknown, { acceptsEmptyText }: ReadOptions): boolean {
  if (typeof value !== 'string' || value.length > textCharactersMax) return false;
  return value !== '' || acceptsEmptyText;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(functionName: string, why: string, cause?: unknown): PermanentFailure {
  return new PermanentFailure(
    'COMMAND_INVALID',
    `Command ${functionName}: ${why}.`,
    cause === undefined ? {} : { cause },
  );
}
