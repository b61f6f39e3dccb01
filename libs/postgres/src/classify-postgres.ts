import { DependencyDown, Failure, PermanentFailure, TransientFailure } from '@sluice/failure';
import { planChanged } from './preparing-client.ts';

interface ErrorShape {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly constraint?: unknown;
  readonly driverError?: unknown;
}

const downMessages = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
  'Cannot use a pool after calling end',
  'Query runner already released',
  'Driver not Connected',
];

const downSystemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

// Read-only, out of resources, shutting down: not this statement's fault, and all others share it.
const downStates = /^(?:08|53|57P|25006|58)/;
const transientStates = /^(?:40|55|57014|25P03|25P04)/;
const permanentStates = /^(?:22|23)/;

/**
 * The failure that an error of Postgres, its driver or TypeORM stands for.
 *
 * Connection loss, shut-down and exhausted resources are `DependencyDown('postgres')`; deadlocks,
 * serialization and cancelled statements are transient; bad data and broken constraints permanent.
 * Everything else, a wrong statement for example, is undefined: a bug, to be thrown on as it is.
 */
export function classifyPostgres(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const { code, message, constraint } = driverErrorOf(error);
  const text = typeof message === 'string' ? message : '';
  if (typeof code === 'string') {
    if (downSystemCodes.has(code) || downStates.test(code)) return down(error);
    if (transientStates.test(code)) {
      return new TransientFailure(`POSTGRES_${code}`, sentenceOf(code), { cause: error });
    }
    if (text === planChanged) {
      return new TransientFailure('POSTGRES_PLAN_CHANGED', `${planChanged}.`, { cause: error });
    }
    if (permanentStates.test(code)) {
      const details = typeof constraint === 'string' ? { constraint } : {};
      return new PermanentFailure(`POSTGRES_${code}`, sentenceOf(code), { cause: error, details });
    }
  }
  return downMessages.some((known) => text.startsWith(known)) ? down(error) : undefined;
}

/** SQLSTATE of an error, for the few callers who decide by it; undefined when it has none. */
export function sqlStateOf(error: unknown): string | undefined {
  const cause = error instanceof Failure ? error.cause : error;
  const { code } = driverErrorOf(cause);
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Runs a statement and throws its errors as failures. */
export async function asFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw classifyPostgres(error) ?? error;
  }
}

function driverErrorOf(error: unknown): ErrorShape {
  if (typeof error !== 'object' || error === null) return {};
  const shape = error as ErrorShape;
  return typeof shape.driverError === 'object' && shape.driverError !== null
    ? shape.driverError
    : shape;
}

function down(cause: unknown): DependencyDown {
  return new DependencyDown('postgres', 'Postgres does not answer or refuses work', { cause });
}

// The driver's own message may quote a row's values, so only the code is repeated.
function sentenceOf(code: string): string {
  return `Postgres refused the statement (SQLSTATE ${code})`;
}
