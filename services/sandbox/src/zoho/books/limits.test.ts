import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox.ts';
import { booksClient, send } from '../../testing/twin-clients.ts';
import { FinanceLimits } from './limits.ts';

const at = (text: string): Date => new Date(text);

describe('FinanceLimits', () => {
  it('lets so many calls in a minute and starts anew with the next', () => {
    let now = at('2026-01-15T12:00:10Z');
    const limits = new FinanceLimits({ perMinute: 2, perDay: 100, concurrent: 9 }, () => now);
    limits.enter()();
    limits.enter()();

    expect(() => limits.enter()).toThrow(/429/);
    now = at('2026-01-15T12:01:00Z');
    expect(() => limits.enter()).not.toThrow();
  });

  it('frees a place when a call has ended, once', () => {
    const limits = new FinanceLimits({ perMinute: 99, perDay: 99, concurrent: 1 }, () =>
      at('2026-01-15T12:00:00Z'),
    );
    const leave = limits.enter();

    expect(() => limits.enter()).toThrow(/429/);
    leave();
    leave();
    limits.enter();
    expect(() => limits.enter()).toThrow(/429/);
  });

  it('counts the day down in its headers', () => {
    const limits = new FinanceLimits({ perMinute: 99, perDay: 1, concurrent: 9 }, () =>
      at('2026-01-15T23:59:00Z'),
    );
    limits.enter();

    expect(limits.headers()).toEqual({
      'x-rate-limit-limit': '1',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': '60',
    });
    expect(() => limits.enter()).toThrow(/429/);
  });
});

describe('the limits over HTTP', () => {
  it('answer 429 with the code of what was exceeded', async () => {
    const sandbox = await startSandbox();
    const books = await booksClient(sandbox.zohoUrl);
    await send('PUT', `${sandbox.zohoUrl}/_control/limits`, { body: { perMinute: 0 } });
    const minute = await books('GET', '/organizations');
    const limits = { perMinute: 100, concurrent: 0 };
    await send('PUT', `${sandbox.zohoUrl}/_control/limits`, { body: limits });
    const concurrent = await books('GET', '/organizations');
    await sandbox.stop();

    expect(minute).toMatchObject({ status: 429, body: { code: 44 } });
    expect(concurrent).toMatchObject({ status: 429, body: { code: 1070 } });
  });
});
