// Undoes global-setup.js, with what tests that were cut off left behind.
import { rmSync } from 'node:fs';
import pg from 'pg';

async function dropDatabasesOf(run, serverUrl) {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [`${run}_`]);
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  } finally {
    await client.end();
  }
}

export default async function globalTeardown() {
  const server = globalThis.pumasiTestServer;
  if (!server) return;
  if (server.stop) {
    await server.stop();
    rmSync(server.dataFolder, { recursive: true, force: true });
    return;
  }
  try {
    await dropDatabasesOf(server.run, server.url);
  } catch (error) {
    // A server that could not be reached at the start has been complained of already, and holds nothing of ours.
    if (process.env.PUMASI_TEST_TROUBLE === undefined) throw error;
  }
}
