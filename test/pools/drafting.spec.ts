import { type Someone, System } from '../support/system.js';
import { fillCatalogue, inDays, ok, openPool, terms } from './setting.js';

describe('drafting, editing, opening and cancelling a pool', () => {
  let system: System;
  let officer: Someone;
  let chamber: Someone;
  let otherChamber: Someone;

  beforeAll(async () => {
    system = await System.start();
    await fillCatalogue(system);
    officer = await system.someone('officer');
    chamber = await system.someone('manager');
    otherChamber = await system.someone('manager');
  });
  afterAll(() => system.stop());

  const draftOf = async (sponsor: Someone, changes: object = {}): Promise<{ id: string; version: number }> =>
    ok(await sponsor.post('/api/v1/pools', await terms(system, changes)), 201).body as { id: string; version: number };

  it('drafts, opens, and shows the price curve with nothing joined yet', async () => {
    const { id } = await draftOf(chamber);
    const opened = ok(await chamber.post(`/api/v1/pools/${id}/open`), 200);
    expect(opened.body).toMatchObject({ id, state: 'open', sponsor: { id: chamber.organisationId } });
    const seen = ok(await system.anonymous().get(`/api/v1/pools/${id}`), 200);
    expect(seen.headers['etag']).toBeUndefined();
    expect(seen.body).toMatchObject({
      linesSoFar: { firm: 0, interest: 0, total: 0 },
      toGo: 10,
      curve: [
        { lines: 1, monthly: { 'basic-100': 21_000, 'fibre-500': 32_000 } },
        { lines: 20, monthly: { 'basic-100': 17_000, 'fibre-500': 26_000 } },
      ],
      next: { from: 1, moreFirmLines: 1, monthlyNow: null },
      whatMoreFirmLinesDo: { 'basic-100': 'One more firm line brings every basic-100 line to 21000 KRW a month.' },
    });
  });

  it('answers a repeated draft with the same pool', async () => {
    const body = await terms(system);
    const first = ok(await officer.post('/api/v1/pools', body, 'draft-once'), 201);
    const again = ok(await officer.post('/api/v1/pools', body, 'draft-once'), 201);
    expect(again.body).toEqual(first.body);
  });

  it('changes a draft only for who has seen it as it is', async () => {
    const { id, version } = await draftOf(chamber);
    const path = `/api/v1/pools/${id}`;
    expect((await chamber.patch(path, { title: 'Blind' })).body).toMatchObject({ code: 'version.missing' });
    const edited = ok(await chamber.patch(path, { title: 'Seoul only', regions: ['KR-11'] }, version), 200);
    expect(edited.body).toMatchObject({ title: 'Seoul only', regions: ['KR-11'], version: version + 1 });
    expect(edited.headers['etag']).toBe(`"${version + 1}"`);
    const stale = await chamber.patch(path, { title: 'Late' }, version);
    expect(stale.status).toBe(412);
    ok(await officer.patch(path, { title: 'By the agency' }, version + 1), 200);
  });

  it('freezes the terms on opening', async () => {
    const { id } = await openPool(system, chamber);
    const refused = await chamber.patch(`/api/v1/pools/${id}`, { title: 'Other' }, 2);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'pool.cannot-edit' });
    expect((await chamber.post(`/api/v1/pools/${id}/open`)).body).toMatchObject({ code: 'pool.cannot-open' });
  });

  it('refuses terms that do not fit, naming each field', async () => {
    const body = await terms(system, {
      regions: ['KR-11', 'KR-11', 'ZZ'],
      bands: [
        { from: 20, monthly: { 'basic-100': 21_000, 'fibre-500': 32_000 } },
        { from: 20, monthly: { 'basic-100': 22_000, 'fibre-500': 26_000 } },
      ],
    });
    const refused = await officer.post('/api/v1/pools', body);
    expect(refused.status).toBe(422);
    const paths = (refused.body as { faults: { path: string }[] }).faults.map((fault) => fault.path);
    expect(paths).toEqual(
      expect.arrayContaining(['regions.1', 'regions.2', 'bands.0.from', 'bands.1.from', 'bands.1.monthly.basic-100']),
    );
    const shapeless = await officer.post('/api/v1/pools', { title: ' ', currency: 'won', joiningEndsAt: '2030-01-31' });
    const named = (shapeless.body as { faults: { path: string }[] }).faults.map((fault) => fault.path);
    expect(named).toEqual(expect.arrayContaining(['title', 'currency', 'joiningEndsAt', 'criticalMass', 'termMonths']));
  });

  it('asks for a currency in which somebody can be billed', async () => {
    // a former currency, gold, one that never was, and small letters
    for (const currency of ['BGN', 'XAU', 'QQQ', 'krw']) {
      const refused = ok(await officer.post('/api/v1/pools', await terms(system, { currency })), 422);
      const reason = 'must be the ISO 4217 code of a currency in use, such as KRW';
      expect(refused.body).toMatchObject({ faults: [{ path: 'currency', reason }] });
    }
    const { id, version } = await draftOf(officer, { currency: 'XOF' });
    ok(await officer.patch(`/api/v1/pools/${id}`, { currency: 'XAU' }, version), 422);
    ok(await officer.patch(`/api/v1/pools/${id}`, { currency: 'ZWG' }, version), 200);
  });

  it('opens no incomplete pool', async () => {
    const { id } = await draftOf(officer, { regions: [], tiers: [], bands: [] });
    const refused = await officer.post(`/api/v1/pools/${id}/open`);
    expect(refused.status).toBe(422);
    expect((refused.body as { faults: { path: string }[] }).faults.map((fault) => fault.path)).toEqual([
      'regions',
      'tiers',
      'bands',
    ]);
    const late = await draftOf(officer, { joiningEndsAt: await inDays(system, -1) });
    expect((await officer.post(`/api/v1/pools/${late.id}/open`)).body).toMatchObject({
      faults: [{ path: 'joiningEndsAt' }],
    });
    const endless = await draftOf(officer, { joiningEndsAt: await inDays(system, 400) });
    expect((await officer.post(`/api/v1/pools/${endless.id}/open`)).body).toMatchObject({
      faults: [{ path: 'joiningEndsAt' }],
    });
  });

  it('cancels a draft or an open pool, with the reason kept', async () => {
    const { id } = await openPool(system, chamber);
    for (const body of [{}, { why: ' ' }]) {
      expect((await chamber.post(`/api/v1/pools/${id}/cancel`, body)).body).toMatchObject({
        faults: [{ path: 'why' }],
      });
    }
    const cancelled = ok(await chamber.post(`/api/v1/pools/${id}/cancel`, { why: 'No longer wanted' }), 200);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', whyCancelled: 'No longer wanted' });
    const entries: { deed: string; why: string | null }[] = await system.source.query(
      `select deed, why from audit_entry where subject_type = 'pool' and subject_id = $1 order by sequence`,
      [id],
    );
    expect(entries.map((entry) => entry.deed)).toEqual(['pools.draft', 'pools.open', 'pools.cancel']);
    expect(entries.at(-1)?.why).toBe('No longer wanted');
    expect((await chamber.post(`/api/v1/pools/${id}/cancel`, { why: 'Again' })).body).toMatchObject({
      code: 'pool.cannot-cancel',
    });
  });

  it('hides a draft from everybody but its sponsor and the agency', async () => {
    const { id, version } = await draftOf(chamber);
    const path = `/api/v1/pools/${id}`;
    ok(await chamber.get(path), 200);
    ok(await officer.get(path), 200);
    ok(await otherChamber.get(path), 404);
    ok(await system.anonymous().get(path), 404);
    ok(await otherChamber.patch(path, { title: 'Mine' }, version), 404);
    ok(await otherChamber.post(`${path}/open`), 404);
    ok(await otherChamber.post(`${path}/cancel`, { why: 'Mine' }), 404);
    const listed = async (who: { get: (path: string) => PromiseLike<{ body: unknown }> }): Promise<string[]> =>
      ((await who.get('/api/v1/pools?limit=200')).body as { items: { id: string }[] }).items.map((pool) => pool.id);
    expect(await listed(chamber)).toContain(id);
    expect(await listed(officer)).toContain(id);
    expect(await listed(otherChamber)).not.toContain(id);
    expect(await listed(system.anonymous())).not.toContain(id);
  });

  it("keeps other associations, members and providers off a chamber's pool", async () => {
    const { id } = await openPool(system, chamber);
    const refused = await otherChamber.post(`/api/v1/pools/${id}/cancel`, { why: 'Mine' });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: 'pool.not-yours' });
    for (const role of ['owner', 'bidder', 'approver', 'auditor', 'admin'] as const) {
      const stranger = await system.someone(role);
      ok(await stranger.post('/api/v1/pools', await terms(system)), 403);
      ok(await stranger.patch(`/api/v1/pools/${id}`, { title: 'Mine' }, 2), 403);
      ok(await stranger.post(`/api/v1/pools/${id}/open`), 403);
      ok(await stranger.post(`/api/v1/pools/${id}/cancel`, { why: 'Mine' }), 403);
    }
    ok(await system.anonymous().post('/api/v1/pools').set('idempotency-key', 'x').send({}), 401);
  });

  it('pages the list, the latest first, and by state', async () => {
    for (let i = 0; i < 3; i += 1) await openPool(system, officer, { title: `Page ${i}` });
    type List = { items: { id: string; title: string; state: string }[]; next: string | null };
    const first = (await system.anonymous().get('/api/v1/pools?limit=2&state=open')).body as List;
    expect(first.items.map((pool) => pool.title)).toEqual(['Page 2', 'Page 1']);
    const second = (await system.anonymous().get(`/api/v1/pools?limit=2&state=open&cursor=${first.next}`)).body as List;
    expect(second.items[0]?.title).toBe('Page 0');
    ok(await system.anonymous().get('/api/v1/pools?cursor=nonsense'), 422);
    ok(await system.anonymous().get('/api/v1/pools/not-an-id'), 404);
  });
});
