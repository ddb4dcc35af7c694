/** How the database plans work on many rows. */
import type { EntityManager } from 'typeorm';

/** Rows from which on they are read all at once. */
const MANY_ROWS = 2_000;

/**
 * Does statements on many rows, planned as `planFor` says; few rows need nothing of it.
 * @param rows about as many as the statements work on
 */
export async function withManyRows<T>(tx: EntityManager, rows: number, work: () => Promise<T>): Promise<T> {
  if (rows < MANY_ROWS) return work();
  await planFor(tx, rows);
  const done = await work();
  await planFor(tx, 0);
  return done;
}

/**
 * Until the database has looked at a large import by itself, its planner takes the tables for small, and would look up
 * row by row: for many rows that takes several times as long as reading all of them at once. Nor does it know how few rows
 * a list has that came as a parameter, and would sort everything to compare it with them. Without either, it reads all
 * rows at once and compares them by hashes in memory. A plan that a connection kept from smaller work is not used. Holds
 * until it is said otherwise, or the transaction ends.
 * @param rows about as many as the next statements work on
 */
export async function planFor(tx: EntityManager, rows: number): Promise<void> {
  await tx.query(
    `select set_config('work_mem', '64MB', true), set_config('enable_nestloop', $1, true),
       set_config('enable_mergejoin', $1, true), set_config('plan_cache_mode', $2, true)`,
    rows < MANY_ROWS ? ['on', 'auto'] : ['off', 'force_custom_plan'],
  );
}
