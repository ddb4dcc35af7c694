// One PostgreSQL for the whole run, and in it one migrated database that tests clone (test/support/database.ts).
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync, statfsSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { buildTests } from './built-tests.js';

const FOLDER = 'pumasi-test';
/** Memory that is written to like a disk, and what has to be free of it: several times what a run takes. */
const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 4 * 2 ** 30;
/** Longer than a server needs to start on its folder. */
const STARTED_MS = 600_000;

/** Runs that were killed leave their folders, with no server on them. */
async function sweep(place) {
  const { findPostmaster } = await import('../../dist/src/platform/embedded/postmaster.js');
  for (const name of readdirSync(place).filter((entry) => entry.startsWith(`${FOLDER}-`))) {
    const folder = join(place, name);
    try {
      if (Date.now() - statSync(folder).mtimeMs < STARTED_MS || findPostmaster(join(realpathSync(folder), 'postgres')))
        continue;
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's, or being swept by another run.
    }
  }
}

function roomInMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return Math.min(bavail * bsize, freemem()) >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}

/**
 * Each spec file makes a database of hundreds of files and removes it, over which ext4 takes a third of a second of a core and
 * more and more of the disk; memory takes a tenth of that. Null where there is too little of it.
 */
async function startInMemory(embedded) {
  if (!roomInMemory()) return null;
  await sweep(MEMORY);
  const dataFolder = mkdtempSync(join(MEMORY, `${FOLDER}-`));
  chmodSync(dataFolder, 0o711);
  try {
    return { dataFolder, ...(await embedded.startEmbeddedPostgres({ dataFolder, durable: false })) };
  } catch {
    // Such as programs that had to be copied there and may not be run from there.
    rmSync(dataFolder, { recursive: true, force: true });
    return null;
  }
}

async function startOnDisk(embedded) {
  const dataFolder = embedded.temporaryDataFolder(FOLDER);
  await sweep(dirname(dataFolder));
  return { dataFolder, ...(await embedded.startEmbeddedPostgres({ dataFolder, durable: false })) };
}

/** The server of DATABASE_URL, or an embedded one that forgets everything. */
async function startServer() {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: null };
  const embedded = await import('../../dist/src/platform/embedded/embedded-postgres.js');
  return (await startInMemory(embedded)) ?? startOnDisk(embedded);
}

async function makeTemplate(serverUrl, template) {
  const { migrate } = await import('../../dist/src/platform/database/migrate.js');
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database ${template}`);
    const url = new URL(serverUrl);
    url.pathname = `/${template}`;
    await migrate(url.href);
    // A database can be cloned only while nobody is connected to it.
    await client.query(`alter database ${template} allow_connections false`);
  } finally {
    await client.end();
  }
}

export default async function globalSetup() {
  await buildTests();
  // Two runs at once may share a server, so each has names of its own.
  const run = `pumasi_test_${randomBytes(4).toString('hex')}`;
  const template = `${run}_template`;
  try {
    const server = await startServer();
    globalThis.pumasiTestServer = { run, ...server };
    await makeTemplate(server.url, template);
    process.env.PUMASI_TEST_SERVER_URL = server.url;
    process.env.PUMASI_TEST_RUN = run;
  } catch (error) {
    // Rules need no database and are tested without one; every test that asks for a database fails with this reason.
    process.env.PUMASI_TEST_TROUBLE = `the test database could not be made: ${error.stack}`;
  }
}
