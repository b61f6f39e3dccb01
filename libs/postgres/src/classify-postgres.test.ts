import { PermanentFailure, classify } from '@sluice/failure';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { classifyPostgres, sqlStateOf } from './index.ts';

function pgError(code: string, message = 'row (4111) is wrong', constraint?: string): Error {
  return Object.assign(new Error(message), { code, constraint });
}

describe('classifyPostgres', () => {
  it.each([
    ['08006', 'dependency-down'],
    ['57P01', 'dependency-down'],
    ['53300', 'dependency-down'],
    ['53100', 'dependency-down'],
    ['25006', 'dependency-down'],
    ['ECONNREFUSED', 'dependency-down'],
    ['40001', 'transient'],
    ['40P01', 'transient'],
    ['55P03', 'transient'],
    ['57014', 'transient'],
    ['23505', 'permanent'],
    ['22P02', 'permanent'],
  ])('takes %s for %s', (code, expected) => {
    expect(classify(classifyPostgres(pgError(code)))).toBe(expected);
  });

  it.each(['42P01', '42601', 'XX000'])('leaves %s as it is: a bug', (code) => {
    expect(classifyPostgres(pgError(code))).toBeUndefined();
  });

  it('knows a lost connection by the driver’s words', () => {
    const failure = classifyPostgres(new Error('Connection terminated unexpectedly'));

    expect(failure).toMatchObject({ code: 'DEPENDENCY_DOWN', dependency: 'postgres' });
  });

  it('looks into what TypeORM wraps, and names the constraint but no value', () => {
    const cause = new QueryFailedError('insert', [], pgError('23505', 'Key (4111) exists', 'pk'));

    const failure = classifyPostgres(cause);

    expect(failure).toMatchObject({ code: 'POSTGRES_23505', details: { constraint: 'pk' }, cause });
    expect(failure?.message).not.toContain('4111');
    expect(sqlStateOf(failure)).toBe('23505');
  });

  it('passes failures through', () => {
    const failure = new PermanentFailure('MINE', 'mine');

    expect(classifyPostgres(failure)).toBe(failure);
  });
});
