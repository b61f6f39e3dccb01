import { describe, expect, it } from 'vitest';
import {
  DependencyDown,
  PermanentFailure,
  PoisonMessage,
  TransientFailure,
  classify,
  defineErrors,
  httpStatusOf,
} from './index.ts';

describe('classify', () => {
  it('names each class, and calls anything unforeseen a bug', () => {
    expect(classify(new DependencyDown('postgres', 'down'))).toBe('dependency-down');
    expect(classify(new TransientFailure('A', 'a'))).toBe('transient');
    expect(classify(new PermanentFailure('A', 'a'))).toBe('permanent');
    expect(classify(new PoisonMessage('A', 'a'))).toBe('poison');
    expect(classify(new TypeError('oops'))).toBe('bug');
    expect(classify('text')).toBe('bug');
  });
});

describe('defineErrors', () => {
  const errors = defineErrors({
    TEST_LATER: { sentence: 'Not now.', class: 'transient', httpStatus: 503 },
    TEST_NEVER: { sentence: 'Never.', class: 'permanent', httpStatus: 422 },
  });

  it('raises the class of the entry with its sentence, and keeps the cause', () => {
    const cause = new Error('root');

    const later = errors.failure('TEST_LATER', { cause, retryAfterMs: 40 });

    expect(later).toBeInstanceOf(TransientFailure);
    expect(later).toMatchObject({
      code: 'TEST_LATER',
      message: 'Not now.',
      cause,
      retryAfterMs: 40,
    });
    expect(errors.failure('TEST_NEVER', { detail: 'Not this one.' }).message).toBe('Not this one.');
  });

  it('makes the status of a code known to the HTTP edge', () => {
    expect(httpStatusOf('TEST_NEVER')).toBe(422);
    expect(httpStatusOf('TEST_UNHEARD_OF')).toBeUndefined();
  });

  it('refuses one code with two statuses', () => {
    expect(() =>
      defineErrors({ TEST_NEVER: { sentence: 'x', class: 'permanent', httpStatus: 400 } }),
    ).toThrow('TEST_NEVER');
  });
});
