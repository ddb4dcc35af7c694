/** Brings a database to the present shape: the SQL files of migrations/, each once, in order of their names. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { unless } from '../../kernel/refusal.js';
import { projectRoot } from '../config/project.js';
import { whyNotServer } from './server-version.js';

/** Any number that no other program of this database uses for an advisory lock. */
export const MIGRATION_LOCK = 7_306_200;
/** A host that swallows what is sent to it would be waited for a long time. */
const CONNECT_MILLIS = 10_000;

/** "1764000000100-identity.sql" becomes the TypeORM migration Identity1764000000100. */
function migrationOf(file: string): new () => MigrationInterface {
  const match = /^(\d{13})-([a-z-]+)\.sql$/.exec(file);
  if (!match) throw new Error(`migrations/${file}: a migration is named <13 digits>-<words>.sql`);
  const [, stamp = '', words = ''] = match;
  const pascal = words.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase());
  const sql = readFileSync(join(projectRoot, 'migrations', file), 'utf8');
  return class implements MigrationInterface {
    name = `${pascal}${stamp}`;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(sql);
    }
    async down(): Promise<void> {
      throw new Error('a migration is mended by the next one; there is no way back');
    }
  };
}

/** The tables of the queue, which BullMQ brings itself: a queue that opens before they are there never recovers. */
async function migrateQueue(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MILLIS });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}

/**
 * Runs what has not run yet. Safe to call from several processes at once: one migrates, the others wait.
 * @param url postgres://user:password@host:port/database
 * @returns the names of the migrations that ran now
 * @throws Refusal 'database.too-old' before anything is written
 */
export async function migrate(url: string): Promise<string[]> {
  const files = readdirSync(join(projectRoot, 'migrations')).filter((file) => file.endsWith('.sql'));
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: files.sort().map(migrationOf),
    poolSize: 2,
    connectTimeoutMS: CONNECT_MILLIS,
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    const asked = `select current_setting('server_version_num')::int as version`;
    const [server] = (await lock.query(asked)) as [{ version: number }];
    unless(whyNotServer(server.version));
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await source.runMigrations({ transaction: 'each' });
    await migrateQueue(url);
    return ran.map((migration) => migration.name);
  } finally {
    await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}
