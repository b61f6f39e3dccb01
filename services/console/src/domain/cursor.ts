import { errors } from '../errors.ts';
import type { PageView } from '../views.ts';

/** The last row of a page: its instant, to the microsecond as Postgres writes it, and its id. */
export interface Cursor {
  readonly at: string;
  readonly id: string;
}

const instant = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}(?::?\d{2})?)$/;
const idCharactersMax = 400;

/** A cursor as clients carry it. */
export function cursorOf(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.at, cursor.id])).toString('base64url');
}

/** Reads a cursor. @throws PermanentFailure CURSOR_INVALID. */
export function parseCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    const isComplete = typeof at === 'string' && typeof id === 'string';
    if (isComplete && instant.test(at) && id.length <= idCharactersMax) return { at, id };
  } catch {
    throw errors.failure('CURSOR_INVALID');
  }
  throw errors.failure('CURSOR_INVALID');
}

/**
 * Cuts the rows of one query, of which there may be one more than the page holds, into a page.
 * `cursorAt` is the instant of a row, to the microsecond.
 */
export function pageOf<R extends { readonly cursorAt: string }, T>(
  rows: readonly R[],
  limit: number,
  view: { readonly of: (row: R) => T; readonly id: (row: R) => string },
): PageView<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: kept.map((row) => view.of(row)),
    nextCursor: hasMore ? cursorOf({ at: last.cursorAt, id: view.id(last) }) : null,
  };
}
