/** How the database plans work on many rows. */
import type { EntityManager } from 'typeorm';

/** Rows from which on they are read all at once. */
const MANY_ROWS = 2_000;

/**
 * Until the database has looked at a large import by itself, its planner takes the tables for small, and would look up
 * row by row: for many rows that takes several times as long as reading all of them at once. Nor does it know how few rows
 * a list has that came as a parameter, and would sort everything to compare it with them. Without either, it reads all
 * rows at once and compares them by hashes in memory. Holds until it is said otherwise, or the transaction ends.
 * @param rows about as many as the next statements work on
 */
export async function planFor(tx: EntityManager, rows: number): Promise<void> {
  await tx.query(
    `select set_config('work_mem', '64MB', true), set_config('enable_nestloop', $1, true),
       set_config('enable_mergejoin', $1, true)`,
    [rows < MANY_ROWS ? 'on' : 'off'],
  );
}
