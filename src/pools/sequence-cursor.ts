import { invalid } from '../kernel/refusal.js';

/** Lists here are in order of a sequence; a page's cursor is the sequence of its last row. */
export function sequenceOf(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (/^\d{1,18}$/.test(cursor)) return cursor;
  throw invalid('page.cursor', 'The cursor must be the "next" of a page of this list.', [
    { path: 'cursor', reason: 'must be the "next" of a page of this list' },
  ]);
}
