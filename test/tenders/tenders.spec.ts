import { statesOf } from '../../src/kernel/lifecycle.js';
import { tenderLifecycle } from '../../src/tenders/rules/tender-lifecycle.js';
import { lockedPool, type LockedPoolMade } from '../support/locked-pool.js';
import { draftedTender, publishedTender, type TenderDraft } from '../support/opened-tender.js';
import { statesAllowed } from '../support/states.js';
import { type Someone, System } from '../support/system.js';

interface Tender extends TenderDraft {
  title: string;
  awardRule: string;
  currency: string;
  termMonths: number;
  maxShareBp: number | null;
  biddingEndsAt: string | null;
  priceCaps: Record<string, number>;
  lots: { code: string; title: string; regions: string[] }[];
  demand: Record<'firm' | 'interest', { cells: { lot: string; tier: string }[]; lines: number }[]>;
  contentHash: string | null;
  whyCancelled: string | null;
}
interface Problem {
  code: string;
  detail: string;
  faults?: { path: string; reason: string }[];
}

let system: System;
let officer: Someone;
let provider: Someone;
let pool: LockedPoolMade;
let draft: TenderDraft;

const inDays = async (days: number): Promise<string> =>
  new Date((await system.now()).getTime() + days * 86_400_000).toISOString();
const read = async (someone: Someone, id: string): Promise<Tender> =>
  (await someone.get(`/api/v1/tenders/${id}`).expect(200)).body as Tender;
const paths = (problem: unknown): string[] => ((problem as Problem).faults ?? []).map(({ path }) => path);

beforeAll(async () => {
  system = await System.start();
  officer = await system.someone('officer');
  provider = await system.someone('bidder');
  pool = await lockedPool(system);
  draft = await draftedTender(system, officer, pool.poolId);
});

afterAll(() => system.stop());

it('is drafted by itself when a pool locks: a lot per demanded region, capped at the open-market price', async () => {
  const tender = await read(officer, draft.id);
  expect(tender).toMatchObject({
    poolId: pool.poolId,
    title: 'Fibre together',
    state: 'draft',
    awardRule: 'lot',
    currency: 'KRW',
    termMonths: 24,
    biddingEndsAt: null,
    contentHash: null,
    winnerGroups: [],
    budgetMinor: null,
    maxCostShareBp: null,
    priceCaps: { basic: 30_000, fast: 50_000 },
    lots: [
      { code: 'north', title: 'North', regions: ['north'] },
      { code: 'south', title: 'South', regions: ['south'] },
    ],
  });
  expect(tender.demand.firm.reduce((sum, { lines }) => sum + lines, 0)).toBe(26);
  expect(tender.demand.interest).toEqual([{ cells: [{ lot: 'south', tier: 'basic' }], lines: 10 }]);
});

it('is drafted once, by whoever is first: told again that the pool has locked, nobody drafts another', async () => {
  const own = await lockedPool(system);
  const { id } = await draftedTender(system, officer, own.poolId);
  const toldAgain = async (): Promise<string[]> => {
    await system.source.query('select announce($1, $2, $3)', [
      'pools.locked',
      { poolId: own.poolId },
      ['tenders.draft-for-locked-pool'],
    ]);
    await system.settled();
    const rows: { id: string }[] = await system.source.query('select id from tender where pool_id = $1', [own.poolId]);
    return rows.map((row) => row.id);
  };
  expect(await toldAgain()).toEqual([id]);
  await officer.post(`/api/v1/tenders/${id}/cancel`, { why: 'Not yet' }).expect(200);
  expect(await toldAgain()).toEqual([id]);
});

it('is no business of those who may not', async () => {
  const path = `/api/v1/tenders/${draft.id}`;
  await system.anonymous().get(path).expect(401);
  for (const role of ['owner', 'manager'] as const) await (await system.someone(role)).get(path).expect(403);
  // A provider learns of a draft as little as of nothing at all.
  await provider.get(path).expect(404);
  expect((await provider.get('/api/v1/tenders').expect(200)).body).toEqual({ items: [], next: null });
  for (const role of ['bidder', 'approver', 'auditor'] as const) {
    const someone = await system.someone(role);
    await someone.patch(path, { title: 'Mine' }, draft.version).expect(403);
    await someone.post(`${path}/publish`).expect(403);
    await someone.post(`${path}/cancel`, { why: 'x' }).expect(403);
    await someone.post('/api/v1/tenders', { poolId: pool.poolId }).expect(403);
  }
  await officer.get('/api/v1/tenders/00000000-0000-4000-8000-000000000000').expect(404);
});

it('says at which place a change does not fit, and changes nothing then', async () => {
  const path = `/api/v1/tenders/${draft.id}`;
  const change = (body: object) => officer.patch(path, body, draft.version);
  const lot = { code: 'all', title: 'All', regions: ['north', 'south'] };
  const cases: [object, string[]][] = [
    [{ lots: [{ ...lot, regions: ['north'] }] }, ['lots']],
    [{ lots: [lot, { ...lot, code: 'b', regions: ['north'] }] }, ['lots.1.regions.0']],
    [{ lots: [{ ...lot, regions: ['north', 'south', 'moon'] }] }, ['lots.0.regions.2']],
    [{ lots: [{ ...lot, code: 'a b' }] }, ['lots.0.code']],
    [{ lots: [{ ...lot, colour: 'red' }] }, ['lots.0.colour']],
    [{ lots: [[]] }, ['lots.0']],
    [{ priceCaps: { radio: 5 } }, ['priceCaps.radio']],
    [{ priceCaps: { fast: 0 } }, ['priceCaps.fast']],
    [{ priceCaps: { fast: 1.5 } }, ['priceCaps']],
    [{ maxShareBp: 4_000 }, ['maxShareBp', 'maxShareBp']],
    [{ minWinners: 2, maxWinners: 1 }, ['maxWinners']],
    [{ maxShareBp: 10_001 }, ['maxShareBp']],
    [{ title: '   ' }, ['title']],
    [{ title: null }, ['title']],
    [{ biddingEndsAt: '2001-01-01T00:00:00Z' }, ['biddingEndsAt']],
    [{ biddingEndsAt: '2030-01-31T09:00:00' }, ['biddingEndsAt']],
    [{ biddingEndsAt: '2030-02-30T09:00:00Z' }, ['biddingEndsAt']],
    [{ enquiryEndsAt: await inDays(9), biddingEndsAt: await inDays(8) }, ['enquiryEndsAt']],
    [{ state: 'published' }, ['state']],
  ];
  for (const [body, places] of cases) {
    const answer = await change(body);
    expect({ body, status: answer.status, places: paths(answer.body) }).toEqual({ body, status: 422, places });
  }
  expect((await read(officer, draft.id)).version).toBe(draft.version);
  expect((await officer.post(`${path}/publish`).expect(422)).body).toMatchObject({
    code: 'tender.faults',
    detail: expect.stringContaining('end of the bidding is not set') as string,
  });
});

it('is changed only by who has seen what is there', async () => {
  const path = `/api/v1/tenders/${draft.id}`;
  await officer.patch(path, { title: 'Blind' }).expect(412);
  const biddingEndsAt = await inDays(21);
  const changed = await officer
    .patch(
      path,
      {
        title: 'Fibre for all',
        lots: [{ code: 'ALL', title: 'Everywhere', regions: ['south', 'north'] }],
        awardRule: 'shared',
        maxShareBp: 6_000,
        priceCaps: { fast: 45_000 },
        biddingEndsAt,
      },
      draft.version,
    )
    .expect(200);
  expect(changed.headers['etag']).toBe(`"${draft.version + 1}"`);
  expect(changed.body).toMatchObject({
    title: 'Fibre for all',
    lots: [{ code: 'ALL', title: 'Everywhere', regions: ['north', 'south'] }],
    awardRule: 'shared',
    maxShareBp: 6_000,
    priceCaps: { fast: 45_000 },
    biddingEndsAt,
  });
  await officer.patch(path, { title: 'Late' }, draft.version).expect(412);
  const cleared = await officer.patch(path, { maxShareBp: null }, draft.version + 1).expect(200);
  expect(cleared.body).toMatchObject({ maxShareBp: null, awardRule: 'shared', title: 'Fibre for all' });
});

describe('published', () => {
  let id: string;

  beforeAll(async () => {
    const lines = [
      { region: 'north', tier: 'basic', quantity: 12, ceiling: 29_000 },
      { region: 'north', tier: 'fast', quantity: 2, ceiling: 48_000 },
      { region: 'south', tier: 'fast', quantity: 8, ceiling: 47_000 },
    ];
    id = (await publishedTender(system, { officer, lines })).tenderId;
  });

  it('is frozen, over the API and in the tables', async () => {
    const { version, contentHash, state } = await read(officer, id);
    expect({ state, hashed: /^[0-9a-f]{64}$/.test(contentHash ?? '') }).toEqual({ state: 'published', hashed: true });
    const refused = await officer.patch(`/api/v1/tenders/${id}`, { title: 'Other' }, version).expect(409);
    expect((refused.body as Problem).code).toBe('tender.cannot-edit');
    await officer.post(`/api/v1/tenders/${id}/publish`).expect(409);
    for (const statement of [
      `update tender set title = 'Other' where id = $1`,
      `update tender set state = 'draft' where id = $1`,
      `update tender set winner_groups = '[{}]' where id = $1`,
      `update tender set budget_minor = 1, max_cost_share_bp = 1 where id = $1`,
      `update tender set auction = auction || '{"minimumStepBp": 1}' where id = $1`,
      `delete from tender where id = $1`,
      `update lot set title = 'Other' where tender_id = $1`,
      `delete from lot_region where tender_id = $1`,
      `update lot_demand set firm_lines = firm_lines + 1 where tender_id = $1`,
      `delete from price_cap where tender_id = $1`,
      `insert into lot (id, tender_id, code, title) values (gen_random_uuid(), $1, 'x', 'x')`,
    ]) {
      await expect(system.source.query(statement, [id])).rejects.toThrow(/frozen/);
    }
    const demand: unknown = await system.source.query(
      `select lot_code as lot, tier_code as tier, firm_lines as firm, interest_lines as interest from lot_demand
       where tender_id = $1 order by 1, 2`,
      [id],
    );
    expect(demand).toEqual([
      { lot: 'north', tier: 'basic', firm: 12, interest: 0 },
      { lot: 'north', tier: 'fast', firm: 2, interest: 0 },
      { lot: 'south', tier: 'fast', firm: 8, interest: 0 },
    ]);
  });

  it('shows providers the demand without the counts that point at single businesses', async () => {
    const { firm } = (await read(officer, id)).demand;
    expect(firm.map(({ lines }) => lines)).toEqual([12, 2, 8]);
    const seen = await read(provider, id);
    expect(seen.demand.firm).toEqual([
      {
        cells: [
          { lot: 'north', tier: 'basic' },
          { lot: 'north', tier: 'fast' },
        ],
        lines: 14,
      },
      { cells: [{ lot: 'south', tier: 'fast' }], lines: 8 },
    ]);
    const list = (await provider.get('/api/v1/tenders').expect(200)).body as { items: Tender[] };
    expect(list.items.map((tender) => tender.id)).toEqual([id]);
  });

  it('happens once for one key', async () => {
    const other = await lockedPool(system);
    const { id: twice, version } = await draftedTender(system, officer, other.poolId);
    await officer.patch(`/api/v1/tenders/${twice}`, { biddingEndsAt: await inDays(1) }, version).expect(200);
    const answers = await Promise.all(
      [1, 2, 3].map(() => officer.post(`/api/v1/tenders/${twice}/publish`, {}, 'publish-once').expect(200)),
    );
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    const facts: { facts: number }[] = await system.source.query(
      `select count(*)::int as facts from outbox_event where name = 'tenders.published' and payload->>'tenderId' = $1`,
      [twice],
    );
    expect(facts[0]?.facts).toBe(1);
  });

  it('is called off with a reason before its bidding ends, and its pool can be put out again', async () => {
    const { tenderId, poolId } = await publishedTender(system, { officer });
    await officer.post('/api/v1/tenders', { poolId }).expect(409);
    await officer.post(`/api/v1/tenders/${tenderId}/cancel`, { why: ' ' }).expect(422);
    const cancelled = await officer.post(`/api/v1/tenders/${tenderId}/cancel`, { why: 'A wrong cap' }).expect(200);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', whyCancelled: 'A wrong cap' });
    expect(await read(provider, tenderId)).toMatchObject({ state: 'cancelled', whyCancelled: 'A wrong cap' });
    const again = await officer.post('/api/v1/tenders', { poolId }).expect(201);
    expect(again.body).toMatchObject({ poolId, state: 'draft', version: 1 });
    await officer.post('/api/v1/tenders', { poolId: '00000000-0000-4000-8000-000000000000' }).expect(404);
  });

  it('cannot be called off once the bidding has ended', async () => {
    const { tenderId, biddingEndsAt } = await publishedTender(system, { officer, biddingDays: 1 });
    await system.passTo(biddingEndsAt);
    const refused = await officer.post(`/api/v1/tenders/${tenderId}/cancel`, { why: 'Too late' }).expect(409);
    expect(refused.body).toMatchObject({ code: 'tender.bidding-ended' });
  });
});

it('has the same states in its lifecycle and in the database', async () => {
  expect((await statesAllowed(system, 'tender')).sort()).toEqual(statesOf(tenderLifecycle).sort());
});

it('is listed in pages, the latest first', async () => {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await officer.get(`/api/v1/tenders?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`).expect(200);
    const { items, next } = page.body as { items: Tender[]; next: string | null };
    seen.push(...items.map(({ id }) => id));
    cursor = next;
  }
  const rows: { id: string }[] = await system.source.query('select id from tender order by created_at desc, id desc');
  expect(seen).toEqual(rows.map(({ id }) => id));
  expect((await officer.get('/api/v1/tenders?cursor=elsewhere').expect(422)).body.code).toBe('page.cursor');
});
