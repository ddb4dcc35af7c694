import { createHash } from 'node:crypto';
import { PoolsQueries } from '../../src/pools/pools.queries.js';
import { type Someone, System } from '../support/system.js';
import { fillCatalogue, ok, type OpenedPool, openPool, pledge } from './setting.js';

interface Cell {
  regionCode: string;
  tierCode: string;
  firmLines: number | null;
  interestLines: number | null;
}

interface Demand {
  totals: { firm: number; interest: number; total: number };
  smallestCellLines: number | null;
  snapshotSalt: string | null;
  cells: Cell[];
  merged: { firm: { cells: object[]; lines: number }[]; interest: { cells: object[]; lines: number }[] };
}

describe('the end of joining', () => {
  let system: System;
  let officer: Someone;
  let provider: Someone;

  beforeAll(async () => {
    system = await System.start();
    await fillCatalogue(system);
    officer = await system.someone('officer');
    provider = await system.someone('bidder');
  });
  afterAll(() => system.stop());

  const pledgesOf = (pool: OpenedPool): string => `/api/v1/pools/${pool.id}/pledges`;
  const stateOf = async (pool: OpenedPool): Promise<string> =>
    (ok(await officer.get(`/api/v1/pools/${pool.id}`), 200).body as { state: string }).state;
  const demandFor = async (who: Someone, pool: OpenedPool): Promise<Demand> =>
    ok(await who.get(`/api/v1/pools/${pool.id}/demand`), 200).body as Demand;

  const joins = async (pool: OpenedPool, quantity: number, changes: object = {}): Promise<Someone> => {
    const owner = await system.someone('owner');
    const lines = [{ tierCode: 'basic-100', quantity, ceilingMonthly: 18_000 }];
    ok(await owner.post(pledgesOf(pool), pledge('main', { lines, ...changes })), 201);
    return owner;
  };

  it('locks by itself at the critical mass, counting firm lines and lines of interest', async () => {
    const pool = await openPool(system, officer, { criticalMass: 10 });
    await joins(pool, 6);
    await joins(pool, 4, { commitment: 'interest', lines: [{ tierCode: 'fibre-500', quantity: 4 }] });
    await system.passTo(pool.joiningEndsAt);
    expect(await stateOf(pool)).toBe('locked');
    const view = ok(await system.anonymous().get(`/api/v1/pools/${pool.id}`), 200).body as {
      snapshotHash: string;
      linesSoFar: object;
      toGo: number;
    };
    expect(view).toMatchObject({ linesSoFar: { firm: 6, interest: 4, total: 10 }, toGo: 0 });
    const { snapshotSalt: salt } = await demandFor(officer, pool);
    expect(salt).toMatch(/^[\w-]{43}$/);
    const text =
      '{"currency":"KRW","demand":[' +
      '{"firmLines":6,"interestLines":0,"regionCode":"KR-11","tierCode":"basic-100"},' +
      '{"firmLines":0,"interestLines":4,"regionCode":"KR-11","tierCode":"fibre-500"}],' +
      `"poolId":"${pool.id}","regions":["KR-11","KR-26"],"salt":"${salt}","termMonths":36,"tiers":[` +
      '{"openMarketMonthly":22000,"tierCode":"basic-100"},{"openMarketMonthly":33000,"tierCode":"fibre-500"}]}';
    expect(view.snapshotHash).toBe(createHash('sha256').update(text).digest('hex'));
    const announced: { n: number }[] = await system.source.query(
      `select count(*)::int as n from outbox_event where name = 'pools.locked' and payload ->> 'poolId' = $1`,
      [pool.id],
    );
    expect(announced[0]?.n).toBe(1);
  });

  it('lapses below the critical mass, with no snapshot and nobody told', async () => {
    const pool = await openPool(system, officer, { criticalMass: 11 });
    await joins(pool, 10);
    await system.passTo(pool.joiningEndsAt);
    expect(await stateOf(pool)).toBe('lapsed');
    const rows: { cells: number; facts: number }[] = await system.source.query(
      `select (select count(*)::int from demand_cell where pool_id = $1) as cells,
         (select count(*)::int from outbox_event where payload ->> 'poolId' = $1::text) as facts`,
      [pool.id],
    );
    expect(rows[0]).toEqual({ cells: 0, facts: 0 });
    ok(await provider.get(`/api/v1/pools/${pool.id}/demand`), 409);
  });

  it('counts the join that is under way at the end, and refuses who comes after it', async () => {
    const pool = await openPool(system, officer, { criticalMass: 1 });
    const owner = await joins(pool, 2);
    await system.source.query(
      `insert into site (id, member_id, reference, name, region_code)
       values (gen_random_uuid(), $1, 'under way', 'Kiosk', 'KR-26')`,
      [owner.organisationId],
    );
    const holder = system.source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('select from pool where id = $1 for share', [pool.id]);
    await holder.query(
      `with p as (insert into pledge (id, pool_id, site_id, member_id, region_code, commitment, by_member, lines, joined_at)
         select gen_random_uuid(), $1, id, member_id, region_code, 'interest', true, 3, now() from site
         where member_id = $2 and reference = 'under way' returning id)
       insert into pledge_line (id, pledge_id, tier_code, quantity) select gen_random_uuid(), id, 'basic-100', 3 from p`,
      [pool.id, owner.organisationId],
    );
    try {
      await system.source.query(
        `update clock_offset set ahead = ahead + greatest('0'::interval, $1::timestamptz - app_now())`,
        [pool.joiningEndsAt],
      );
      const late = await owner.post(pledgesOf(pool), pledge('late'));
      expect(late.status).toBe(409);
      expect(late.body).toMatchObject({ code: 'pool.joining-ended' });
      expect(await stateOf(pool)).toBe('open');
    } finally {
      await holder.commitTransaction();
      await holder.release();
    }
    await system.settled();
    expect(await stateOf(pool)).toBe('locked');
    expect((await demandFor(officer, pool)).totals).toEqual({ firm: 2, interest: 3, total: 5 });
    expect((await owner.post(pledgesOf(pool), pledge('later'))).body).toMatchObject({ code: 'pool.not-open' });
  });

  it('loses no join that was acknowledged, however close to the end', async () => {
    const pool = await openPool(system, officer, { criticalMass: 1 });
    const owners = await Promise.all(Array.from({ length: 6 }, () => system.someone('owner')));
    const count = { acknowledged: 0, refused: 0 };
    const joining = owners.map(async (owner, o) => {
      for (let i = 0; ; i += 1) {
        const answer = await owner.post(pledgesOf(pool), pledge(`site-${o}-${i}`));
        if (answer.status === 409) break;
        ok(answer, 201);
        count.acknowledged += 1;
      }
      count.refused += 1;
    });
    while (count.acknowledged < 20) await new Promise((resolve) => setTimeout(resolve, 10));
    await system.source.query(
      `update clock_offset set ahead = ahead + greatest('0'::interval, $1::timestamptz - app_now())`,
      [pool.joiningEndsAt],
    );
    await Promise.all(joining);
    await system.settled();
    expect(await stateOf(pool)).toBe('locked');
    expect(count.refused).toBe(owners.length);
    const { totals } = await demandFor(officer, pool);
    expect(totals.firm).toBe(count.acknowledged);
  });

  it('lets nobody change or leave afterwards', async () => {
    const pool = await openPool(system, officer, { criticalMass: 1 });
    const owner = await joins(pool, 2);
    await system.passTo(pool.joiningEndsAt);
    const { items } = (await owner.get(pledgesOf(pool))).body as { items: { id: string }[] };
    const path = `${pledgesOf(pool)}/${items[0]?.id}`;
    expect((await owner.put(path, pledge('main'), 1)).body).toMatchObject({ code: 'pool.not-open' });
    expect((await owner.delete(path, 1)).body).toMatchObject({ code: 'pool.not-open' });
  });

  it('cannot be changed afterwards, not even in the database', async () => {
    const pool = await openPool(system, officer, { criticalMass: 1 });
    await joins(pool, 7);
    await system.passTo(pool.joiningEndsAt);
    for (const sql of [
      'update demand_cell set firm_lines = 1 where pool_id = $1',
      'delete from demand_cell where pool_id = $1',
      `insert into demand_cell values ($1, 'KR-26', 'basic-100', 5, 0)`,
      `update pledge set commitment = 'interest' where pool_id = $1`,
      'delete from pledge where pool_id = $1',
      'update pledge_line set quantity = 1 where pledge_id in (select id from pledge where pool_id = $1)',
      'delete from pledge_line where pledge_id in (select id from pledge where pool_id = $1)',
      `insert into pledge_line (id, pledge_id, tier_code, quantity)
         select gen_random_uuid(), id, 'fibre-500', 1 from pledge where pool_id = $1`,
      `insert into pledge (id, pool_id, site_id, member_id, region_code, commitment, by_member, lines, joined_at)
         select gen_random_uuid(), pool_id, site_id, member_id, region_code, commitment, true, 1, now()
         from pledge where pool_id = $1`,
    ]) {
      await expect(system.source.query(sql, [pool.id])).rejects.toThrow(/append-only|open|duplicate/);
    }
  });

  it('keeps references whole though no foreign key watches them', async () => {
    const pool = await openPool(system, officer, { criticalMass: 1 });
    await joins(pool, 7);
    for (const sql of [
      `update pledge set region_code = 'KR-27' where pool_id = $1`,
      'update pledge set member_id = gen_random_uuid() where pool_id = $1',
      `update pledge_line set tier_code = 'fibre-1000' where pledge_id in (select id from pledge where pool_id = $1)`,
      'delete from site where id in (select site_id from pledge where pool_id = $1)',
      'update site set member_id = gen_random_uuid() where id in (select site_id from pledge where pool_id = $1)',
      `insert into site (id, member_id, reference, name, region_code)
         select gen_random_uuid(), sponsor_id, 'x', 'x', 'KR-11' from pool where id = $1`,
      `insert into association_member (association_id, reference, member_id)
         select sponsor_id, 'x', sponsor_id from pool where id = $1`,
      `insert into pledge (id, pool_id, site_id, member_id, region_code, commitment, by_member, lines, joined_at)
         select gen_random_uuid(), $1, gen_random_uuid(), member_id, region_code, commitment, true, 1, now()
         from pledge where pool_id = $1`,
      `insert into pledge_line (id, pledge_id, tier_code, quantity)
         select gen_random_uuid(), $1, 'basic-100', 1`,
      `insert into demand_cell select gen_random_uuid(), region_code, 'basic-100', 7, 0 from pledge where pool_id = $1`,
    ]) {
      await expect(system.source.query(sql, [pool.id])).rejects.toThrow(/append-only|needs|belongs|lists|frozen/);
    }
  });

  it('shows providers the demand with small cells merged, and the agency every cell', async () => {
    const pool = await openPool(system, officer, { criticalMass: 1 });
    await joins(pool, 40);
    await joins(pool, 3, { lines: [{ tierCode: 'fibre-500', quantity: 3, ceilingMonthly: 30_000 }] });
    await joins(pool, 9, {
      commitment: 'interest',
      site: { reference: 'main', name: 'Port', regionCode: 'KR-26' },
      lines: [{ tierCode: 'fibre-500', quantity: 9 }],
    });
    ok(await provider.get(`/api/v1/pools/${pool.id}/demand`), 409);
    expect((await demandFor(officer, pool)).totals).toEqual({ firm: 43, interest: 9, total: 52 });
    await system.passTo(pool.joiningEndsAt);
    const full = await demandFor(officer, pool);
    expect(full).toMatchObject({ smallestCellLines: null, merged: { firm: [], interest: [] } });
    expect(full.cells).toEqual([
      { regionCode: 'KR-11', tierCode: 'basic-100', firmLines: 40, interestLines: 0 },
      { regionCode: 'KR-11', tierCode: 'fibre-500', firmLines: 3, interestLines: 0 },
      { regionCode: 'KR-26', tierCode: 'fibre-500', firmLines: 0, interestLines: 9 },
    ]);
    const shown = await demandFor(provider, pool);
    expect(shown).toMatchObject({ smallestCellLines: 5, snapshotSalt: null, totals: { firm: 43, interest: 9 } });
    expect(shown.cells).toEqual([
      { regionCode: 'KR-11', tierCode: 'basic-100', firmLines: null, interestLines: 0 },
      { regionCode: 'KR-11', tierCode: 'fibre-500', firmLines: null, interestLines: 0 },
      { regionCode: 'KR-26', tierCode: 'fibre-500', firmLines: 0, interestLines: 9 },
    ]);
    expect(shown.merged).toEqual({
      firm: [
        {
          cells: [
            { regionCode: 'KR-11', tierCode: 'basic-100' },
            { regionCode: 'KR-11', tierCode: 'fibre-500' },
          ],
          lines: 43,
        },
      ],
      interest: [],
    });
    for (const role of ['owner', 'manager', 'admin'] as const) {
      ok(await (await system.someone(role)).get(`/api/v1/pools/${pool.id}/demand`), 403);
    }
    ok(await system.anonymous().get(`/api/v1/pools/${pool.id}/demand`), 401);
  });

  it('offers higher rooms the locked pool, its demand and its lines', async () => {
    const door = system.app.get(PoolsQueries, { strict: false });
    const tx = system.source.manager;
    const pool = await openPool(system, officer, { criticalMass: 1 });
    const owner = await joins(pool, 2);
    expect(await door.lockedPool(tx, pool.id)).toBeNull();
    expect(await door.demand(tx, pool.id)).toEqual([]);
    await system.passTo(pool.joiningEndsAt);
    expect(await door.lockedPool(tx, pool.id)).toEqual({
      id: pool.id,
      title: 'Seoul and Busan 2030',
      sponsorId: officer.organisationId,
      agencyId: officer.organisationId,
      currency: 'KRW',
      termMonths: 36,
      regions: ['KR-11', 'KR-26'],
      tiers: [
        { tierCode: 'basic-100', openMarketMonthly: 22_000n },
        { tierCode: 'fibre-500', openMarketMonthly: 33_000n },
      ],
      snapshotHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    expect(await door.demand(tx, pool.id)).toEqual([
      { regionCode: 'KR-11', tierCode: 'basic-100', firmLines: 2, interestLines: 0 },
    ]);
    const lines: object[] = await system.source.query('select * from pool_line where pool_id = $1', [pool.id]);
    expect(lines).toEqual([
      expect.objectContaining({
        member_id: owner.organisationId,
        association_id: null,
        region_code: 'KR-11',
        tier_code: 'basic-100',
        quantity: 2,
        commitment: 'firm',
        ceiling_monthly: 18_000n,
        present_monthly: null,
        exit_fee: null,
        member_reference: 'main',
      }),
    ]);
  });
});
