/** Members decide for themselves while their association's spreadsheet is written. */
import type { Response } from 'supertest';
import { type Someone, System } from '../support/system.js';
import { fillCatalogue, linesCsv, memberOf, ok, type OpenedPool, openPool, pledge, row } from './setting.js';

describe('an import, while a member', () => {
  let system: System;
  let officer: Someone;
  let chamber: Someone;
  let owner: Someone;
  let pool: OpenedPool;
  beforeAll(async () => {
    system = await System.start();
    await fillCatalogue(system);
    officer = await system.someone('officer');
    chamber = await system.someone('manager');
    pool = await openPool(system, officer);
    await imports(pool, row('A-1'), row('A-2'));
    owner = await system.someone('owner', await memberOf(system, chamber, 'A-1'));
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    pool = await openPool(system, officer);
  });

  async function imports(into: OpenedPool, ...rows: string[]): Promise<Response> {
    return ok(await chamber.postCsv(`/api/v1/pools/${into.id}/import?consent=stated`, linesCsv(...rows)), 200);
  }

  async function ownPledge(): Promise<{ id: string; commitment: string; version: number } | undefined> {
    const { body } = ok(await owner.get(`/api/v1/pools/${pool.id}/pledges`), 200);
    return (body as { items: { id: string; commitment: string; version: number }[] }).items[0];
  }

  /** Until so many of the system's transactions wait for a lock. */
  async function waiting(transactions: number): Promise<void> {
    const until = Date.now() + 10_000;
    for (;;) {
      const rows: { n: number }[] = await system.source.query(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (rows[0]?.n === transactions) return;
      if (Date.now() > until) throw new Error(`${rows[0]?.n} transactions wait, not ${transactions}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Lets a member's deed come as far as its entry in the audit log, then an import begin, then both end. */
  async function meanwhile(pledgeId: string, deed: () => Promise<Response>, ...rows: string[]): Promise<Response> {
    const holder = system.source.createQueryRunner();
    await holder.startTransaction();
    try {
      await holder.query(`select pg_advisory_xact_lock(hashtextextended('audit pledge ' || $1, 0))`, [pledgeId]);
      const members = deed();
      await waiting(1);
      const imported = imports(pool, ...rows);
      await waiting(2);
      await holder.commitTransaction();
      await members;
      return await imported;
    } finally {
      await holder.release();
    }
  }

  it('changes its pledge, keeps the change', async () => {
    await imports(pool, row('A-1'), row('A-2'));
    const before = await ownPledge();
    const path = `/api/v1/pools/${pool.id}/pledges/${before?.id}`;
    const wish = pledge('A-1', { commitment: 'interest', lines: [{ tierCode: 'fibre-500', quantity: 7 }] });
    const change = async (): Promise<Response> => ok(await owner.put(path, wish, 1), 200);
    const { body } = await meanwhile(before?.id ?? '', change, row('A-1', { quantity: '3' }), row('A-2'));
    expect(body).toMatchObject({ added: 0, changed: 0, same: 1, keptByMember: 1 });
    expect(await ownPledge()).toMatchObject({
      version: 2,
      commitment: 'interest',
      lines: [{ tierCode: 'fibre-500', quantity: 7 }],
    });
  });

  it('leaves, does not bring it back', async () => {
    await imports(pool, row('A-1'), row('A-2'));
    const before = await ownPledge();
    const path = `/api/v1/pools/${pool.id}/pledges/${before?.id}`;
    const leave = async (): Promise<Response> => ok(await owner.delete(path, 1), 204);
    const { body } = await meanwhile(before?.id ?? '', leave, row('A-1', { quantity: '3' }), row('A-2'));
    expect(body).toMatchObject({ added: 0, changed: 0, same: 1, keptByMember: 0, leftByMember: 1 });
    expect(await ownPledge()).toBeUndefined();
  });

  it('joins, leaves its pledge as it is', async () => {
    const holder = system.source.createQueryRunner();
    await holder.startTransaction();
    try {
      await holder.query(
        `with s as (update site set name = 'Own name' where member_id = $2 and reference = 'A-1' returning id),
         p as (
           insert into pledge (id, pool_id, site_id, member_id, region_code, commitment, by_member, lines, joined_at)
           select gen_random_uuid(), $1, id, $2, 'KR-11', 'interest', true, 3, now() from s returning id)
         insert into pledge_line (id, pledge_id, tier_code, quantity) select gen_random_uuid(), id, 'basic-100', 3 from p`,
        [pool.id, owner.organisationId],
      );
      const imported = imports(pool, row('A-1'), row('A-2'));
      await waiting(1);
      await holder.commitTransaction();
      expect((await imported).body).toMatchObject({ added: 1, keptByMember: 1, firmLines: 1 });
    } finally {
      await holder.release();
    }
    expect(await ownPledge()).toMatchObject({ version: 1, commitment: 'interest', site: { name: 'Own name' } });
  });

  it('joins at the same moment, never breaks', async () => {
    const path = `/api/v1/pools/${pool.id}/pledges`;
    const [imported, joined] = await Promise.all([imports(pool, row('A-1')), owner.post(path, pledge('A-1'))]);
    const { added, keptByMember } = imported.body as { added: number; keptByMember: number };
    expect([added + keptByMember, joined.status]).toEqual([1, added === 1 ? 409 : 201]);
  });
});
