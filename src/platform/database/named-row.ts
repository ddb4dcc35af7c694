/** Where a list goes on whose cursor is the id, or the code, of its last row. */
import type { EntityManager } from 'typeorm';
import { noCursor } from '../../kernel/page.js';

/**
 * Behind a row that there is not comes nothing, which would pass for the end of the list.
 * @param cursor of the shape that the list's cursors have; null at its beginning
 * @param from finds the row, with the cursor as $1: no other rows than those that the list may show
 * @param parameters from $2 on
 * @returns the cursor
 * @throws Refusal 'page.cursor' when it names none of them
 */
export async function namedRow(
  tx: EntityManager,
  cursor: string | null,
  from: string,
  parameters: readonly unknown[] = [],
): Promise<string | null> {
  if (cursor === null) return null;
  const found: unknown[] = await tx.query(`select from ${from} limit 1`, [cursor, ...parameters]);
  if (found.length === 0) throw noCursor();
  return cursor;
}
