/** How long a process keeps a connection to the database that nobody needs at the moment. */
import type pg from 'pg';
import { type ClonedDatabase, cloneDatabase } from '../support/database.js';
import { ProbeHouse } from '../faults/probe-house.js';

describe('a connection that has worked', () => {
  let database: ClonedDatabase;
  let house: ProbeHouse;
  beforeAll(async () => {
    database = await cloneDatabase();
    house = await ProbeHouse.start({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await house.stop();
    await database.drop();
  });

  it.each(['source', 'jobSource'] as const)('is kept for some minutes with what it knows: %s', (which) => {
    const { master } = house[which].driver as unknown as { master: pg.Pool };
    expect(master.options.idleTimeoutMillis).toBeGreaterThanOrEqual(120_000);
  });
});
