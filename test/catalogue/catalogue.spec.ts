import { randomUUID } from 'node:crypto';
import { CatalogueQueries } from '../../src/catalogue/catalogue.queries.js';
import { type Someone, System } from '../support/system.js';

const TIER = { name: 'Fibre', downMbps: 1000, upMbps: 500, repairHours: 8 };

function code(): string {
  return `C-${randomUUID().slice(0, 8)}`;
}

describe('the catalogue', () => {
  let system: System;
  let officer: Someone;
  beforeAll(async () => {
    system = await System.start();
    officer = await system.someone('officer');
  });
  afterAll(() => system.stop());

  describe('regions', () => {
    it('are added under one another and read by anyone', async () => {
      const [top, below] = [code(), code()];
      await officer.post('/api/v1/regions', { code: top, name: 'Province' });
      const answer = await officer.post('/api/v1/regions', { code: below, parent: top, name: 'City' });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({ code: below, parent: top, name: 'City', version: 1 });
      const read = await system.anonymous().get(`/api/v1/regions/${below}`);
      expect([read.status, read.headers['etag'], read.body]).toEqual([200, '"1"', answer.body]);
      const again = await system.anonymous().get(`/api/v1/regions/${below}`).set('if-none-match', '"1"');
      expect(again.status).toBe(304);
      const children = await system.anonymous().get(`/api/v1/regions?parent=${top}`);
      expect(children.body).toEqual({ items: [answer.body], next: null });
    });

    it('are added once, under a parent that is there', async () => {
      const body = { code: code(), name: 'City' };
      await officer.post('/api/v1/regions', body);
      const twice = await officer.post('/api/v1/regions', body);
      expect([twice.status, twice.body.code]).toEqual([409, 'region.exists']);
      const orphan = await officer.post('/api/v1/regions', { code: code(), parent: 'nowhere', name: 'City' });
      expect([orphan.status, orphan.body.code, orphan.body.faults]).toEqual([
        422,
        'region.parent-unknown',
        [{ path: 'parent', reason: 'is no region' }],
      ]);
    });

    it('have no members but their own: an unknown one is named, and what to do', async () => {
      const odd = await officer.post('/api/v1/regions', { code: code(), name: 'City', population: 9 });
      expect([odd.status, odd.body.faults]).toEqual([
        422,
        [{ path: 'population', reason: 'is not known here: leave it out, or look for its name at /docs' }],
      ]);
    });

    it('are renamed and moved by whoever saw the present version', async () => {
      const [top, below] = [code(), code()];
      await officer.post('/api/v1/regions', { code: top, name: 'Province' });
      await officer.post('/api/v1/regions', { code: below, name: 'City' });
      const path = `/api/v1/regions/${below}`;
      const moved = await officer.patch(path, { parent: top }, 1);
      expect([moved.status, moved.headers['etag'], moved.body]).toEqual([
        200,
        '"2"',
        { code: below, parent: top, name: 'City', version: 2 },
      ]);
      const stale = await officer.patch(path, { name: 'Town' }, 1);
      expect([stale.status, stale.body.code]).toEqual([412, 'version.stale']);
      const unseen = await officer.patch(path, { name: 'Town' });
      expect([unseen.status, unseen.body.code]).toEqual([412, 'version.missing']);
      const back = await officer.patch(path, { parent: null, name: 'Town' }, 2);
      expect(back.body).toEqual({ code: below, parent: null, name: 'Town', version: 3 });
      const nothing = await officer.patch(`/api/v1/regions/${code()}`, { name: 'Town' }, 1);
      expect([nothing.status, nothing.body.code]).toEqual([404, 'region.not-found']);
    });

    it('are never above themselves, even when two are moved at the same moment', async () => {
      const [one, two] = [code(), code()];
      await officer.post('/api/v1/regions', { code: one, name: 'One' });
      await officer.post('/api/v1/regions', { code: two, name: 'Two' });
      const answers = await Promise.all([
        officer.patch(`/api/v1/regions/${one}`, { parent: two }, 1),
        officer.patch(`/api/v1/regions/${two}`, { parent: one }, 1),
      ]);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 422]);
      expect(answers.find(({ status }) => status === 422)?.body.code).toBe('region.circle');
      const self = await officer.patch(`/api/v1/regions/${one}`, { parent: one }, 1);
      expect([412, 422]).toContain(self.status);
    });
  });

  describe('service tiers', () => {
    it('are added, read by anyone and changed by whoever saw the present version', async () => {
      const tier = code();
      const added = await officer.post('/api/v1/tiers', { code: tier, ...TIER });
      expect(added.status).toBe(201);
      expect(added.body).toEqual({ code: tier, ...TIER, staticAddresses: 0, version: 1 });
      const none = await officer.post('/api/v1/tiers', { code: code(), ...TIER, staticAddresses: null });
      expect([none.status, none.body.staticAddresses]).toEqual([201, 0]);
      const twice = await officer.post('/api/v1/tiers', { code: tier, ...TIER });
      expect([twice.status, twice.body.code]).toEqual([409, 'service-tier.exists']);
      const edited = await officer.patch(`/api/v1/tiers/${tier}`, { staticAddresses: 5, repairHours: 4 }, 1);
      expect(edited.body).toEqual({ ...added.body, staticAddresses: 5, repairHours: 4, version: 2 });
      expect((await officer.patch(`/api/v1/tiers/${tier}`, { name: 'X' }, 1)).status).toBe(412);
      const read = await system.anonymous().get(`/api/v1/tiers/${tier}`);
      expect([read.headers['etag'], read.body]).toEqual(['"2"', edited.body]);
      expect((await system.anonymous().get(`/api/v1/tiers/${code()}`)).status).toBe(404);
    });

    it.each<[string, object]>([
      ['code', { code: 'no code' }],
      ['name', { name: '' }],
      ['downMbps', { downMbps: 0 }],
      ['upMbps', { upMbps: 1.5 }],
      ['repairHours', { repairHours: '8' }],
      ['staticAddresses', { staticAddresses: -1 }],
      ['technology', { technology: 'fibre' }],
    ])('are refused for a wrong %s', async (path, change) => {
      const answer = await officer.post('/api/v1/tiers', { code: code(), ...TIER, ...change });
      expect(answer.status).toBe(422);
      expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toEqual([path]);
    });

    it('are listed page by page', async () => {
      for (let i = 0; i < 5; i += 1) await officer.post('/api/v1/tiers', { code: code(), ...TIER });
      const seen: string[] = [];
      let next: string | null = null;
      do {
        const more: string = next === null ? '' : `&cursor=${next}`;
        const page = await system.anonymous().get(`/api/v1/tiers?limit=2${more}`);
        expect(page.body.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.body.items.map((item: { code: string }) => item.code));
        next = page.body.next as string | null;
      } while (next !== null);
      const rows: { code: string }[] = await system.source.query('select code from service_tier');
      expect(new Set(seen)).toEqual(new Set(rows.map((row) => row.code)));
      expect(seen).toHaveLength(rows.length);
    });
  });

  it('is edited by the agency only', async () => {
    for (const role of ['owner', 'manager', 'bidder', 'approver', 'auditor'] as const) {
      const someone = await system.someone(role);
      const answers = [
        await someone.post('/api/v1/regions', { code: code(), name: 'A' }),
        await someone.patch('/api/v1/tiers/any', { name: 'A' }, 1),
        await someone.postCsv('/api/v1/tiers/import', 'code\n'),
      ];
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
        Array.from({ length: 3 }, () => [403, 'deed.forbidden']),
      );
    }
  });

  it('answers other rooms', async () => {
    const queries = system.app.get(CatalogueQueries, { strict: false });
    const tx = system.source.manager;
    const [region, tier] = [code(), code()];
    await officer.post('/api/v1/regions', { code: region, name: 'City' });
    await officer.post('/api/v1/tiers', { code: tier, ...TIER });
    expect(await queries.regions(tx, [region, 'nowhere'])).toMatchObject([
      { code: region, parentCode: null, name: 'City' },
    ]);
    expect(await queries.tiers(tx, [tier])).toMatchObject([{ code: tier, ...TIER, staticAddresses: 0 }]);
    expect(await queries.regions(tx, [])).toEqual([]);
    expect((await queries.regions(tx)).map((row) => row.code)).toContain(region);
    expect(await queries.unknownRegions(tx, ['x', region, 'y', 'x'])).toEqual(['x', 'y']);
    expect(await queries.unknownTiers(tx, ['x', tier, region])).toEqual(['x', region]);
  });
});
