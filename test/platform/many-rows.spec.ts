/** How the database plans work on many rows, on a connection that has done the same on few. */
import { DataSource, type EntityManager } from 'typeorm';
import { withManyRows } from '../../src/platform/database/many-rows.js';
import { preparedClient } from '../../src/platform/database/prepared-client.js';
import { type ClonedDatabase, cloneDatabase } from '../support/database.js';

const COUNTED = 'select count(*)::int as n from region where code = $1';
const SETTING = `select current_setting('enable_nestloop') || ', ' || current_setting('plan_cache_mode') as setting`;

describe('work on many rows', () => {
  let database: ClonedDatabase;
  let source: DataSource;
  beforeAll(async () => {
    database = await cloneDatabase();
    source = new DataSource({ type: 'postgres', url: database.url, extra: { max: 1, Client: preparedClient() } });
    await source.initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  async function setting(tx: EntityManager): Promise<string | undefined> {
    const rows: { setting: string }[] = await tx.query(SETTING);
    return rows[0]?.setting;
  }

  async function keptPlanUsed(tx: EntityManager): Promise<number | undefined> {
    const rows: { times: number }[] = await tx.query(
      'select generic_plans::int as times from pg_prepared_statements where statement = $1',
      [COUNTED],
    );
    return rows[0]?.times;
  }

  it('is not done by the plan that was kept from few rows', async () => {
    await source.transaction(async (tx) => {
      for (let times = 0; times < 10; times += 1) await withManyRows(tx, 10, () => tx.query(COUNTED, ['KR-11']));
      const before = await keptPlanUsed(tx);
      expect(before).toBeGreaterThan(0);
      await withManyRows(tx, 100_000, () => tx.query(COUNTED, ['KR-11']));
      expect(await keptPlanUsed(tx)).toBe(before);
      await withManyRows(tx, 10, () => tx.query(COUNTED, ['KR-11']));
      expect(await keptPlanUsed(tx)).toBe((before ?? 0) + 1);
    });
  });

  it('leaves what comes behind it to be planned as before', async () => {
    await source.transaction(async (tx) => {
      const usual = await setting(tx);
      expect(await withManyRows(tx, 100_000, () => setting(tx))).toBe('off, force_custom_plan');
      expect(await setting(tx)).toBe(usual);
      expect(await withManyRows(tx, 10, () => setting(tx))).toBe(usual);
    });
  });
});
