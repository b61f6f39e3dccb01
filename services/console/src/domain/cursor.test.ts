import { describe, expect, it } from 'vitest';
import { cursorOf, pageOf, parseCursor } from './cursor.ts';

const at = '2026-01-15 12:00:00.123456+00';

describe('parseCursor', () => {
  it('reads what cursorOf wrote, to the microsecond', () => {
    expect(parseCursor(cursorOf({ at, id: 'payment-1' }))).toEqual({ at, id: 'payment-1' });
    expect(parseCursor('')).toBeUndefined();
  });

  it.each([
    ['no base64', '%%%'],
    ['no list', Buffer.from('{}').toString('base64url')],
    ['no instant', cursorOf({ at: "now()'; drop", id: 'x' })],
    ['an endless id', cursorOf({ at, id: 'x'.repeat(401) })],
  ])('refuses %s', (_what, text) => {
    expect(() => parseCursor(text)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
  });
});

describe('pageOf', () => {
  it('gives a cursor only when there is one row more than the page holds', () => {
    const rows = [
      { id: 'a', cursorAt: at },
      { id: 'b', cursorAt: at },
    ];
    const view = {
      of: ({ id }: { id: string }): { id: string } => ({ id }),
      id: ({ id }: { id: string }): string => id,
    };

    expect(pageOf(rows, 2, view)).toEqual({ items: [{ id: 'a' }, { id: 'b' }], nextCursor: null });
    expect(pageOf(rows, 1, view)).toEqual({
      items: [{ id: 'a' }],
      nextCursor: cursorOf({ at, id: 'a' }),
    });
  });
});
