import type { System } from './system.js';

/** The states that the database allows in a table's column `state`, from its check constraint. */
export async function statesAllowed(system: System, table: string): Promise<string[]> {
  const rows: { definition: string }[] = await system.source.query(
    `select pg_get_constraintdef(c.oid) as definition from pg_constraint c
     where c.conrelid = $1::regclass and c.contype = 'c' and c.conname = $2`,
    [table, `${table}_state_check`],
  );
  return [...(rows[0]?.definition ?? '').matchAll(/'([a-z-]+)'::text/g)].map((match) => match[1] ?? '');
}
