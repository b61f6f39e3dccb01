import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { checkDiskSpace } from './disk-space.ts';
import { StackFailure, toStackFailure } from './stack-failure.ts';

describe('toStackFailure', () => {
  it('tells a full disk from any other fault', () => {
    const fault = Object.assign(new Error('write failed'), { code: 'ENOSPC' });

    expect(toStackFailure(fault, '/data')).toMatchObject({ code: 'disk-full' });
  });

  it('knows a full disk by what a program of the stack said', () => {
    const said = 'initdb failed:\n  FATAL: could not extend file: No space left on device';
    const part = new StackFailure('part-failed', `kafka ended at once. Its last words: ${said}`);

    expect(toStackFailure(new Error(said), '/data')).toMatchObject({ code: 'disk-full' });
    expect(toStackFailure(part, '/data')).toMatchObject({ code: 'disk-full' });
  });

  it('makes one line of whatever a program printed, and not a long one', () => {
    const { message } = toStackFailure(new Error(`one\n\ttwo\n${'x'.repeat(5_000)}`), '/data');

    expect(message).toContain('one two x');
    expect(message).toMatch(/^[^\n]{600,900}$/);
  });

  it('leaves a failure as it is', () => {
    const failure = new StackFailure('port-taken', 'Port 1 is taken.');

    expect(toStackFailure(failure, '/data')).toBe(failure);
  });

  it('says where the logs are when nobody foresaw the fault', () => {
    expect(toStackFailure(new Error('odd'), '/data').message).toContain(
      'odd. The logs are in /data/logs',
    );
  });
});

describe('checkDiskSpace', () => {
  it('refuses a disk with less space than wanted', async () => {
    await expect(checkDiskSpace(tmpdir(), Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining(tmpdir()),
    });
  });

  it('accepts a disk with enough', async () => {
    await expect(checkDiskSpace(tmpdir(), 1)).resolves.toBe(undefined);
  });
});
