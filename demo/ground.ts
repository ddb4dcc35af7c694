/**
 * Where a demonstration plays: a system of its own, made for it and taken down behind it. A demonstration that was cut
 * off finds its system again under the same parameters and goes on in it.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { createApp } from '../src/app.js';
import { boot, type Ground } from '../src/boot.js';
import { FirstAdminService } from '../src/identity/first-admin.service.js';
import { makeFolder, writePrivate } from '../src/platform/embedded/data-folder.js';
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
  /** stops the system in the middle of the story; the next demonstration with the same parameters goes on in it */
  suspend(this: void): Promise<void>;
  /** stops the system; its data stay only with `keep` */
  end(keep: boolean): Promise<void>;
}

/** @param parameters what the story depends on: another story needs another system */
export async function demoGround(parameters: object, environment: NodeJS.ProcessEnv): Promise<DemoGround> {
  // As in every other place where settings are read, an empty one is none.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const name = createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 12);
  const folder = join(set['PUMASI_DATA'] ?? defaultDataFolder(), 'demo', name);
  const marker = join(folder, 'unfinished');
  const cutOff = beginningOf(marker);
  const server = set['DATABASE_URL'];
  if (cutOff === null) {
    rmSync(folder, { recursive: true, force: true });
    if (server !== undefined) await onServer(server, [`drop database if exists pumasi_demo_${name} with (force)`]);
  }
  if (server !== undefined && !(await exists(server, `pumasi_demo_${name}`))) {
    await onServer(server, [`create database pumasi_demo_${name}`]);
  }
  const begunAt = cutOff ?? new Date();
  if (cutOff === null) {
    makeFolder(folder);
    writePrivate(marker, begunAt.toISOString());
  }
  const ground = await boot({
    ...set,
    PUMASI_DATA: folder,
    PUMASI_ACCELERATED: 'on',
    PUMASI_LOG: set['PUMASI_LOG'] ?? 'error',
    PORT: set['PORT'] ?? '0',
    ...(server === undefined ? {} : { DATABASE_URL: databaseOf(server, `pumasi_demo_${name}`) }),
  });
  let app: NestFastifyApplication;
  try {
    app = await serve(ground);
  } catch (error) {
    await ground.release();
    throw error;
  }
  const stop = async (): Promise<void> => {
    try {
      await app.close();
    } finally {
      await ground.release();
    }
  };
  let stopped: Promise<void> | undefined;
  const suspend = async (): Promise<void> => (stopped ??= stop());
  return {
    base: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    databaseUrl: ground.settings.DATABASE_URL ?? '',
    where: server === undefined ? folder : `database pumasi_demo_${name}`,
    continued: cutOff !== null,
    begunAt,
    suspend,
    async end(keep) {
      await suspend();
      rmSync(marker, { force: true });
      if (keep) return;
      rmSync(folder, { recursive: true, force: true });
      if (server !== undefined) await onServer(server, [`drop database if exists pumasi_demo_${name} with (force)`]);
    },
  };
}

/** When the story began that was cut off here; null when there is none, or a marker that tells nothing. */
function beginningOf(marker: string): Date | null {
  try {
    const text = readFileSync(marker, 'utf8');
    const begun = new Date(text);
    return begun.toISOString() === text ? begun : null;
  } catch {
    // It is not there, cannot be read, or names no instant.
    return null;
  }
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
