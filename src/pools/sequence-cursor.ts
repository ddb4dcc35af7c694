import { sequenceCursor } from '../kernel/page.js';

/** Lists here are in order of a sequence; a page's cursor is the sequence of its last row, and null begins. */
export function sequenceOf(cursor: string | undefined): string | null {
  return cursor === undefined ? null : sequenceCursor(cursor);
}
