// One PostgreSQL for the whole run, and in it one migrated database that tests clone (test/support/database.ts).
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { buildTests } from './built-tests.js';

const FOLDER = 'pumasi-test';
const DAY_MS = 86_400_000;

/** Runs that were killed leave their folders; no run takes a day. */
function sweep(place) {
  for (const name of readdirSync(place).filter((entry) => entry.startsWith(`${FOLDER}-`))) {
    const folder = join(place, name);
    try {
      if (Date.now() - statSync(folder).mtimeMs > DAY_MS) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's, or being swept by another run.
    }
  }
}

/** The server of DATABASE_URL, or an embedded one that forgets everything. */
async function startServer() {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: null };
  const embedded = await import('../../dist/src/platform/embedded/embedded-postgres.js');
  const dataFolder = embedded.temporaryDataFolder(FOLDER);
  sweep(dirname(dataFolder));
  return { dataFolder, ...(await embedded.startEmbeddedPostgres({ dataFolder, durable: false })) };
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
