/**
 * Where a demonstration plays: a system of its own, made for it and taken down behind it. A demonstration that was cut
 * off finds its system again under the same parameters and goes on in it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { createApp } from '../src/app.js';
import { boot, type Ground } from '../src/boot.js';
import { FirstAdminService } from '../src/identity/first-admin.service.js';
import { defaultDataFolder } from '../src/platform/embedded/embedded-postgres.js';
import { ADMIN } from './cast.js';

export interface DemoGround {
  readonly base: string;
  readonly databaseUrl: string;
  readonly where: string;
  /** was there an unfinished demonstration with these parameters? */
  readonly continued: boolean;
  /** when the story began; the same when it is continued, so that repeated commands are the same commands */
  readonly begunAt: Date;
  /** stops the system after an accident; the next demonstration with the same parameters goes on in it */
  suspend(): Promise<void>;
  /** stops the system; its data stay only with `keep` */
  end(keep: boolean): Promise<void>;
}

/** @param parameters what the story depends on: another story needs another system */
export async function demoGround(parameters: object, environment: NodeJS.ProcessEnv): Promise<DemoGround> {
  const name = createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 12);
  const folder = join(environment['PUMASI_DATA'] ?? defaultDataFolder(), 'demo', name);
  const marker = join(folder, 'unfinished');
  const continued = existsSync(marker);
  const server = environment['DATABASE_URL'];
  if (!continued) {
    rmSync(folder, { recursive: true, force: true });
    if (server !== undefined) await onServer(server, [`drop database if exists pumasi_demo_${name} with (force)`]);
  }
  if (server !== undefined && !(await exists(server, `pumasi_demo_${name}`))) {
    await onServer(server, [`create database pumasi_demo_${name}`]);
  }
  mkdirSync(folder, { recursive: true });
  if (!continued) writeFileSync(marker, new Date().toISOString());
  const begunAt = new Date(readFileSync(marker, 'utf8'));
  const ground = await boot({
    ...environment,
    PUMASI_DATA: folder,
    PUMASI_ACCELERATED: 'on',
    PUMASI_LOG: environment['PUMASI_LOG'] ?? 'error',
    PORT: environment['PORT'] ?? '0',
    ...(server === undefined ? {} : { DATABASE_URL: databaseOf(server, `pumasi_demo_${name}`) }),
  });
  let app: NestFastifyApplication;
  try {
    app = await serve(ground);
  } catch (error) {
    await ground.release();
    throw error;
  }
  return {
    base: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    databaseUrl: ground.settings.DATABASE_URL ?? '',
    where: server === undefined ? folder : `database pumasi_demo_${name}`,
    continued,
    begunAt,
    async suspend() {
      await app.close();
      await ground.release();
    },
    async end(keep) {
      await app.close();
      await ground.release();
      rmSync(marker, { force: true });
      if (keep) return;
      rmSync(folder, { recursive: true, force: true });
      if (server !== undefined) await onServer(server, [`drop database if exists pumasi_demo_${name} with (force)`]);
    },
  };
}

async function serve(ground: Ground): Promise<NestFastifyApplication> {
  const app = await createApp(ground.settings);
  await app.listen(ground.settings.PORT, '127.0.0.1');
  await app.get(FirstAdminService, { strict: false }).ensure(ADMIN);
  return app;
}

function databaseOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

async function onServer(server: string, statements: readonly string[]): Promise<pg.QueryResult | undefined> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    let last: pg.QueryResult | undefined;
    for (const statement of statements) last = await client.query(statement);
    return last;
  } finally {
    await client.end();
  }
}

async function exists(server: string, database: string): Promise<boolean> {
  const found = await onServer(server, [`select 1 from pg_database where datname = '${database}'`]);
  return (found?.rowCount ?? 0) > 0;
}
