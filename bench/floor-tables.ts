/** What floors are written into: copies of the tables in a schema of their own. */
import type pg from 'pg';

/** Empty copies of tables, with their indexes, checks and free space, without triggers and foreign keys. */
export async function emptyCopies(database: pg.Client, tables: readonly string[]): Promise<void> {
  await database.query('create schema if not exists floor');
  for (const table of tables) {
    await database.query(`drop table if exists floor.${table}`);
    // "Including all" leaves out how full a page may be, which decides what it costs to write a row again.
    const { rows } = await database.query<{ storage: string }>(
      `select 'with (' || array_to_string(reloptions, ', ') || ')' as storage from pg_class where oid = $1::regclass`,
      [`public.${table}`],
    );
    await database.query(`create table floor.${table} (like public.${table} including all) ${rows[0]?.storage ?? ''}`);
  }
}

export async function transaction(database: pg.Client, work: () => Promise<void>): Promise<void> {
  await database.query('begin');
  await work();
  await database.query('commit');
}
