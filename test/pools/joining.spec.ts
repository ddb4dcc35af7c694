import { randomUUID } from 'node:crypto';
import { type Someone, System } from '../support/system.js';
import { fillCatalogue, ok, type OpenedPool, openPool, pledge, terms } from './setting.js';

interface Pledge {
  id: string;
  version: number;
  memberId: string;
  commitment: string;
  site: { id: string; reference: string; regionCode: string };
  lines: { id: string; tierCode: string; quantity: number; ceilingMonthly: number | null }[];
}

describe('joining, changing and leaving a pool', () => {
  let system: System;
  let officer: Someone;
  let maria: Someone;
  let joon: Someone;
  let pool: OpenedPool;
  let pledges: string;

  beforeAll(async () => {
    system = await System.start();
    await fillCatalogue(system);
    officer = await system.someone('officer');
    maria = await system.someone('owner');
    joon = await system.someone('owner');
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    pool = await openPool(system, officer);
    pledges = `/api/v1/pools/${pool.id}/pledges`;
  });

  const counted = async (): Promise<unknown> =>
    (ok(await system.anonymous().get(`/api/v1/pools/${pool.id}`), 200).body as { linesSoFar: unknown }).linesSoFar;

  it('joins with a site and its lines, and counts firm and interest apart', async () => {
    const site = { reference: 'main', name: 'Bakery', regionCode: 'KR-11', latitude: 37.56, longitude: 126.97 };
    const lines = [
      { tierCode: 'fibre-500', quantity: 2, ceilingMonthly: 30_000, presentProvider: 'KT', presentDownMbps: 0.768 },
      { tierCode: 'basic-100', quantity: 3, ceilingMonthly: 18_000, presentMonthly: 22_000, exitFee: 90_000 },
    ];
    const joined = ok(await maria.post(pledges, { site, commitment: 'firm', lines }), 201);
    expect(joined.headers['etag']).toBe('"1"');
    expect(joined.body).toMatchObject({
      memberId: maria.organisationId,
      commitment: 'firm',
      site,
      consentStated: false,
    });
    ok(
      await joon.post(
        pledges,
        pledge('cafe', { commitment: 'interest', lines: [{ tierCode: 'fibre-500', quantity: 4 }] }),
      ),
      201,
    );
    expect(await counted()).toEqual({ firm: 5, interest: 4, total: 9 });
    const page = ok(await maria.get(pledges), 200).body as { items: Pledge[] };
    expect(page.items).toHaveLength(1);
    expect(page.items[0]).toMatchObject({ id: (joined.body as Pledge).id, site });
    expect(page.items[0]?.lines).toEqual([
      expect.objectContaining({ tierCode: 'basic-100', quantity: 3, presentMonthly: 22_000, exitFee: 90_000 }),
      expect.objectContaining({ tierCode: 'fibre-500', quantity: 2, presentProvider: 'KT', presentDownMbps: 0.768 }),
    ]);
    const lined = ok(await system.anonymous().get(`/api/v1/pools/${pool.id}`), 200).body as { next: unknown };
    expect(lined.next).toMatchObject({ from: 20, moreFirmLines: 15, monthlyNow: { 'basic-100': 21_000 } });
  });

  it('is idempotent per site: the same pledge again stands as it is, another one is refused', async () => {
    const first = ok(await maria.post(pledges, pledge('main')), 201);
    const again = ok(await maria.post(pledges, pledge('main')), 201);
    expect((again.body as Pledge).id).toBe((first.body as Pledge).id);
    const other = await maria.post(pledges, pledge('main', { commitment: 'interest' }));
    expect(other.status).toBe(409);
    expect(other.body).toMatchObject({ code: 'pledge.exists' });
    const renamed = pledge('main', { site: { reference: 'main', name: 'Renamed', regionCode: 'KR-11' } });
    expect((await maria.post(pledges, renamed)).body).toMatchObject({ code: 'pledge.exists' });
    expect(await counted()).toEqual({ firm: 1, interest: 0, total: 1 });
  });

  it('takes a known site into another pool, as it is by then', async () => {
    ok(await maria.post(pledges, pledge('main')), 201);
    const other = await openPool(system, officer);
    const site = { reference: 'main', name: 'Moved', regionCode: 'KR-26' };
    const joined = ok(await maria.post(`/api/v1/pools/${other.id}/pledges`, pledge('main', { site })), 201);
    expect(joined.body).toMatchObject({ site });
    const { items } = ok(await maria.get(pledges), 200).body as { items: Pledge[] };
    expect(items[0]?.site).toMatchObject({ id: (joined.body as Pledge).site.id, name: 'Moved', regionCode: 'KR-11' });
  });

  it('takes one of many requests for the same site at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => maria.post(pledges, pledge('rush'))));
    expect(new Set(answers.map((answer) => (ok(answer, 201).body as Pledge).id)).size).toBe(1);
    expect(await counted()).toEqual({ firm: 1, interest: 0, total: 1 });
  });

  it('refuses with the field that is wrong', async () => {
    const line = { tierCode: 'basic-100', quantity: 1, ceilingMonthly: 18_000 };
    const site = { reference: 'main', name: 'Shop', regionCode: 'KR-11' };
    const wrong: [path: string, body: Record<string, unknown>][] = [
      ['lines.0.ceilingMonthly', pledge('a', { lines: [{ tierCode: 'basic-100', quantity: 1 }] })],
      ['lines.1.ceilingMonthly', pledge('a', { lines: [line, { tierCode: 'fibre-500', quantity: 1 }] })],
      ['lines.0.ceilingMonthly', pledge('a', { commitment: 'interest', lines: [{ ...line, ceilingMonthly: 0 }] })],
      ['lines.0.ceilingMonthly', pledge('a', { lines: [{ ...line, ceilingMonthly: -5 }] })],
      ['lines.0.tierCode', pledge('a', { lines: [{ ...line, tierCode: 'fibre-1000' }] })],
      ['lines.1.tierCode', pledge('a', { lines: [line, line] })],
      ['lines.0.quantity', pledge('a', { lines: [{ ...line, quantity: 0 }] })],
      ['lines.0.quantity', pledge('a', { lines: [{ ...line, quantity: 1_001 }] })],
      ['lines.0.quantity', pledge('a', { lines: [{ ...line, quantity: 1.5 }] })],
      ['lines', pledge('a', { lines: [] })],
      ['site.regionCode', pledge('a', { site: { ...site, regionCode: 'KR-27' } })],
      ['site.longitude', pledge('a', { site: { ...site, latitude: 37.5 } })],
      ['site.latitude', pledge('a', { site: { ...site, latitude: 91, longitude: 126 } })],
      ['lines.0.presentDownMbps', pledge('a', { lines: [{ ...line, presentDownMbps: 1e-7 }] })],
      ['lines.0.presentDownMbps', pledge('a', { lines: [{ ...line, presentDownMbps: 0.0005 }] })],
      ['lines.0.presentMonthly', pledge('a', { lines: [{ ...line, presentMonthly: 9_000_000_000_000_000 }] })],
      ['site.reference', pledge('', {})],
      ['site.reference', pledge(' ', {})],
      // Sixty characters to the eye, and twice as many to the database.
      ['site.reference', pledge('\u2708\ufe0f'.repeat(60), {})],
      ['site.name', pledge('a', { site: { ...site, name: '\n' } })],
      ['site', pledge('a', { site: undefined })],
      ['commitment', pledge('a', { commitment: 'maybe' })],
      ['lines.0.discount', pledge('a', { lines: [{ ...line, discount: 1 }] })],
    ];
    for (const [path, body] of wrong) {
      const answer = await maria.post(pledges, body);
      expect({ path, status: answer.status }).toEqual({ path, status: 422 });
      expect(answer.body).toMatchObject({
        faults: expect.arrayContaining([expect.objectContaining({ path })]) as unknown,
      });
    }
    expect(await counted()).toEqual({ firm: 0, interest: 0, total: 0 });
  });

  it('changes a pledge for who has seen it, keeping the place of the lines that stay', async () => {
    const joined = ok(await maria.post(pledges, pledge('main')), 201).body as Pledge;
    const path = `${pledges}/${joined.id}`;
    const body = pledge('main', {
      site: { reference: 'main', name: 'Bakery at the port', regionCode: 'KR-26' },
      commitment: 'interest',
      lines: [
        { tierCode: 'fibre-500', quantity: 2 },
        { tierCode: 'basic-100', quantity: 4 },
      ],
    });
    ok(await maria.put(path, body), 412);
    const changed = ok(await maria.put(path, body, 1), 200).body as Pledge;
    expect(changed).toMatchObject({ version: 2, commitment: 'interest', site: { regionCode: 'KR-26' } });
    expect(changed.lines.find((line) => line.tierCode === 'basic-100')).toMatchObject({
      id: joined.lines[0]?.id,
      quantity: 4,
      ceilingMonthly: null,
    });
    expect(await counted()).toEqual({ firm: 0, interest: 6, total: 6 });
    ok(await maria.put(path, body, 1), 412);
    const fewer = ok(await maria.put(path, pledge('main'), 2), 200).body as Pledge;
    expect(fewer.lines).toHaveLength(1);
    expect(await counted()).toEqual({ firm: 1, interest: 0, total: 1 });
    expect((await maria.put(path, pledge('other'), 3)).body).toMatchObject({ code: 'pledge.other-site' });
  });

  it('leaves, and may come back', async () => {
    const joined = ok(await maria.post(pledges, pledge('main')), 201).body as Pledge;
    ok(await maria.delete(`${pledges}/${joined.id}`, 7), 412);
    ok(await maria.delete(`${pledges}/${joined.id}`, 1), 204);
    expect(await counted()).toEqual({ firm: 0, interest: 0, total: 0 });
    ok(await maria.delete(`${pledges}/${joined.id}`, 1), 404);
    const rows: { n: number }[] = await system.source.query(
      'select count(*)::int as n from pledge_line where pledge_id = $1',
      [joined.id],
    );
    expect(rows[0]?.n).toBe(0);
    ok(await maria.post(pledges, pledge('main')), 201);
  });

  it("keeps everybody off another member's pledge", async () => {
    const joined = ok(await maria.post(pledges, pledge('main')), 201).body as Pledge;
    const path = `${pledges}/${joined.id}`;
    ok(await joon.put(path, pledge('main'), 1), 404);
    ok(await joon.delete(path, 1), 404);
    expect((ok(await joon.get(pledges), 200).body as { items: Pledge[] }).items).toEqual([]);
    const chamber = await system.someone('manager');
    expect((ok(await chamber.get(pledges), 200).body as { items: Pledge[] }).items).toEqual([]);
    expect((ok(await officer.get(pledges), 200).body as { items: Pledge[] }).items).toHaveLength(1);
    for (const role of ['manager', 'bidder', 'officer', 'approver', 'auditor', 'admin'] as const) {
      const stranger = await system.someone(role);
      ok(await stranger.post(pledges, pledge('mine')), 403);
      ok(await stranger.put(path, pledge('main'), 1), 403);
      ok(await stranger.delete(path, 1), 403);
    }
    for (const role of ['bidder', 'approver', 'admin'] as const) {
      ok(await (await system.someone(role)).get(pledges), 403);
    }
    ok(await system.anonymous().get(pledges), 401);
    ok(await system.anonymous().post(pledges).set('idempotency-key', randomUUID()).send(pledge('main')), 401);
    const elsewhere = await openPool(system, officer);
    ok(await maria.put(`/api/v1/pools/${elsewhere.id}/pledges/${joined.id}`, pledge('main'), 1), 404);
  });

  it('pages pledges in the order of joining', async () => {
    for (let i = 0; i < 5; i += 1) ok(await maria.post(pledges, pledge(`site-${i}`)), 201);
    type List = { items: Pledge[]; next: string | null };
    const first = (await maria.get(`${pledges}?limit=3`)).body as List;
    const second = (await maria.get(`${pledges}?limit=3&cursor=${first.next}`)).body as List;
    expect([...first.items, ...second.items].map((p) => p.site.reference)).toEqual(
      [0, 1, 2, 3, 4].map((i) => `site-${i}`),
    );
    expect(second.next).toBeNull();
  });

  it('lets nobody join, change or leave a pool that is not open', async () => {
    const joined = ok(await maria.post(pledges, pledge('main')), 201).body as Pledge;
    ok(await officer.post(`/api/v1/pools/${pool.id}/cancel`, { why: 'Rain' }), 200);
    const path = `${pledges}/${joined.id}`;
    for (const answer of [
      await joon.post(pledges, pledge('late')),
      await maria.put(path, pledge('main'), 1),
      await maria.delete(path, 1),
    ]) {
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: 'pool.not-open' });
    }
    const draft = ok(await officer.post('/api/v1/pools', await terms(system)), 201).body as { id: string };
    ok(await maria.post(`/api/v1/pools/${draft.id}/pledges`, pledge('early')), 404);
    ok(await maria.get(`/api/v1/pools/${draft.id}/pledges`), 404);
    ok(await maria.post(`/api/v1/pools/${randomUUID()}/pledges`, pledge('nowhere')), 404);
  });
});
