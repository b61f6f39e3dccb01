import { errors } from 'undici';

const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const connectCalls = new Set(['connect', 'getaddrinfo']);

/**
 * True when an error proves that no connection was made, so that no byte was sent.
 *
 * A route that is lost while an answer is awaited has the same code as one that was never there;
 * only the call that failed tells them apart.
 */
export function isConnectFailure(error: unknown): boolean {
  if (error instanceof errors.ConnectTimeoutError) return true;
  if (error instanceof AggregateError) {
    return error.errors.length > 0 && error.errors.every(isConnectFailure);
  }
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  return (
    typeof code === 'string' &&
    connectCodes.has(code) &&
    typeof syscall === 'string' &&
    connectCalls.has(syscall)
  );
}
