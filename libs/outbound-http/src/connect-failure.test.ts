import { describe, expect, it } from 'vitest';
import { isConnectFailure } from './connect-failure.ts';

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

describe('isConnectFailure', () => {
  it.each([
    ['ECONNREFUSED', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
  ])('takes %s of %s as proof that nothing was sent', (code, syscall) => {
    expect(isConnectFailure(systemError(code, syscall))).toBe(true);
  });

  it.each([
    ['EHOSTUNREACH', 'read'],
    ['ENETUNREACH', 'write'],
    ['ECONNRESET', 'read'],
    ['ETIMEDOUT', 'read'],
  ])('takes %s of %s as proof of nothing', (code, syscall) => {
    expect(isConnectFailure(systemError(code, syscall))).toBe(false);
  });

  it('wants every address of a host to have failed so', () => {
    const refused = systemError('ECONNREFUSED', 'connect');

    expect(isConnectFailure(new AggregateError([refused, refused]))).toBe(true);
    expect(isConnectFailure(new AggregateError([refused, new Error('broke')]))).toBe(false);
  });
});
