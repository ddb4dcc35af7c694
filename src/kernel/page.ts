/** Every list is paged: at most PAGE_LIMIT items, and a cursor that continues behind the last of them. */

import { invalid, type Refusal } from './refusal.js';

export const PAGE_LIMIT = 200;
export const PAGE_DEFAULT = 50;

export interface Page<T> {
  readonly items: readonly T[];
  /** give this as `cursor` to continue; null at the end */
  readonly next: string | null;
}

/** Makes a page out of up to `limit + 1` rows in order, of which the extra one only tells that there are more. */
export function pageOf<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** Where a list in order of a sequence goes on: behind this one; "0" at its beginning. @throws Refusal 'page.cursor' */
export function sequenceCursor(cursor: string | undefined): string {
  if (cursor === undefined) return '0';
  if (/^\d{1,18}$/.test(cursor)) return cursor;
  throw noCursor();
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where a list in order of ids goes on; null at its beginning. @throws Refusal 'page.cursor' */
export function uuidCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (UUID.test(cursor)) return cursor;
  throw noCursor();
}

/** The refusal of a cursor that is no page's. */
export function noCursor(): Refusal {
  return invalid('page.cursor', 'cursor: give the "next" of a page of this list, unchanged.', [
    { path: 'cursor', reason: 'must be the "next" of a page of this list' },
  ]);
}
