import { randomUUID } from 'node:crypto';
import { poolLifecycle } from '../../src/pools/rules/pool-lifecycle.js';
import { statesOf } from '../../src/kernel/lifecycle.js';
import { lockedPool } from '../support/locked-pool.js';
import { draftedTender, publishedTender, type TenderDraft } from '../support/opened-tender.js';
import { statesAllowed } from '../support/states.js';
import { type Someone, System } from '../support/system.js';

let system: System;
let officer: Someone;
beforeAll(async () => {
  system = await System.start();
  officer = await system.someone('officer');
});
afterAll(() => system.stop());

const WHY = { why: 'No provider bids in the north.' };

async function openedPool(sponsor: Someone): Promise<string> {
  const joiningEndsAt = new Date((await system.now()).getTime() + 86_400_000);
  const pool = await sponsor
    .post('/api/v1/pools', {
      title: 'Another',
      joiningEndsAt,
      criticalMass: 1,
      termMonths: 24,
      currency: 'KRW',
      regions: ['north'],
      tiers: [{ tierCode: 'basic', openMarketMonthly: 30_000 }],
      bands: [{ from: 1, monthly: { basic: 30_000 } }],
    })
    .expect(201);
  const { id } = pool.body as { id: string };
  await sponsor.post(`/api/v1/pools/${id}/open`).expect(200);
  return id;
}

/** Whose a pool and its tender are, by their pages and by the lists that they are in; once if all say the same. */
async function saysWhose({ poolId, tenderId }: { poolId: string; tenderId: string }): Promise<object[]> {
  type Told = { readonly id: string; readonly agencyId: string | null; readonly agencyName: string | null };
  const reads = [
    [system.anonymous().get(`/api/v1/pools/${poolId}`), poolId],
    [system.anonymous().get('/api/v1/pools?limit=200'), poolId],
    [officer.get(`/api/v1/tenders/${tenderId}`), tenderId],
    [officer.get('/api/v1/tenders?limit=200'), tenderId],
  ] as const;
  const said = new Map<string, object>();
  for (const [read, id] of reads) {
    const body = (await read.expect(200)).body as Told | { readonly items: readonly Told[] };
    const found = 'items' in body ? body.items.find((item) => item.id === id) : body;
    const whose = { agencyId: found?.agencyId, agencyName: found?.agencyName };
    said.set(JSON.stringify(whose), whose);
  }
  return [...said.values()];
}

it('gives a locked pool up for good: pledges end, the draft goes, and what was published stays readable', async () => {
  const { poolId, tenderId, sponsor, members, pledgeIds } = await publishedTender(system, { officer });
  const pool = `/api/v1/pools/${poolId}`;
  const path = `${pool}/release`;
  for (const role of ['owner', 'manager', 'bidder', 'approver', 'auditor', 'admin'] as const) {
    await (await system.someone(role)).post(path, WHY).expect(403);
  }
  // Not even its sponsor: only the agency knows what providers were asked.
  await sponsor.post(path, WHY).expect(403);
  await officer.post(`/api/v1/pools/${randomUUID()}/release`, WHY).expect(404);
  expect((await officer.post(path, { why: ' ' }).expect(422)).body).toMatchObject({ faults: [{ path: 'why' }] });
  expect((await officer.post(path, WHY).expect(409)).body).toMatchObject({ code: 'pool.put-out' });
  const before = (await system.anonymous().get(pool).expect(200)).body as { linesSoFar: object; snapshotHash: string };
  expect(before).toMatchObject({ state: 'locked', releasedAt: null, whyReleased: null });

  await officer.post(`/api/v1/tenders/${tenderId}/cancel`, { why: 'Nobody asks' }).expect(200);
  const draft = (await officer.post('/api/v1/tenders', { poolId }).expect(201)).body as TenderDraft;
  const released = await officer.post(path, WHY).expect(200);
  expect(released.body).toMatchObject({ poolId, state: 'released', whyReleased: WHY.why });
  const { releasedAt } = released.body as { releasedAt: string };
  await system.settled();

  const after = await system.anonymous().get(pool).expect(200);
  const { linesSoFar, snapshotHash } = before;
  expect(after.body).toMatchObject({ state: 'released', releasedAt, whyReleased: WHY.why, linesSoFar, snapshotHash });
  const list = await system.anonymous().get('/api/v1/pools?state=released').expect(200);
  expect((list.body as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual([poolId]);
  const facts: unknown[] = await system.source.query(
    `select 1 from outbox_event where name = 'pools.released' and payload ->> 'poolId' = $1`,
    [poolId],
  );
  expect(facts).toHaveLength(1);
  expect((await officer.get(`/api/v1/tenders/${draft.id}`).expect(200)).body).toMatchObject({
    state: 'cancelled',
    whyCancelled: 'The pool was released.',
  });
  const provider = await system.someone('bidder');
  await provider.get(`/api/v1/tenders/${tenderId}`).expect(200);
  await provider.get(`${pool}/demand`).expect(200);
  await officer.post(`/api/v1/tenders`, { poolId }).expect(404);
  expect((await officer.post(path, WHY).expect(409)).body).toMatchObject({ code: 'pool.cannot-release' });

  const member = members.get('0');
  const left = await member?.delete(`${pool}/pledges/${pledgeIds[0]}`, 1).expect(409);
  expect(left?.body).toMatchObject({ code: 'pool.not-open', detail: expect.stringContaining('is released') as string });
  await member
    ?.post(`/api/v1/pools/${await openedPool(sponsor)}/pledges`, {
      site: { reference: 'site 0', name: 'Shop 0', regionCode: 'north' },
      commitment: 'firm',
      lines: [{ tierCode: 'basic', quantity: 12, ceilingMonthly: 29_000 }],
    })
    .expect(201);
});

it('leaves nothing to draft when the pool is released before its lock is told', async () => {
  const { poolId } = await lockedPool(system);
  const { id } = await draftedTender(system, officer, poolId);
  // As it is while the workers lag behind: the fact is there, the draft is not.
  for (const table of ['lot_region', 'lot', 'price_cap']) {
    await system.source.query(`delete from ${table} where tender_id = $1`, [id]);
  }
  await system.source.query('delete from tender where id = $1', [id]);
  await officer.post(`/api/v1/pools/${poolId}/release`, WHY).expect(200);
  await system.source.query('select announce($1, $2, $3)', [
    'pools.locked',
    { poolId },
    ['tenders.draft-for-locked-pool'],
  ]);
  await system.settled();
  expect(await system.source.query('select id from tender where pool_id = $1', [poolId])).toEqual([]);
});

it("an association's pool is any agency's to help with, until one publishes its tender: then it is that one's", async () => {
  const { poolId } = await lockedPool(system);
  const { id, version } = await draftedTender(system, officer, poolId);
  const stranger = await system.someone('officer');
  const biddingEndsAt = new Date((await system.now()).getTime() + 86_400_000);
  await stranger.patch(`/api/v1/tenders/${id}`, { biddingEndsAt }, version).expect(200);
  const told = { poolId, tenderId: id };
  expect(await saysWhose(told)).toEqual([{ agencyId: null, agencyName: null }]);
  await officer.post(`/api/v1/tenders/${id}/publish`).expect(200);
  const agencyId = officer.organisationId;
  expect(await saysWhose(told)).toEqual([{ agencyId, agencyName: `agency ${agencyId.slice(0, 8)}` }]);

  const path = `/api/v1/tenders/${id}/cancel`;
  const detail = expect.stringContaining(officer.organisationId) as string;
  const notYours = { code: 'agency.not-yours', detail };
  expect((await stranger.post(path, WHY).expect(403)).body).toMatchObject(notYours);
  await stranger.get(`/api/v1/tenders/${id}`).expect(200);
  const colleague = await system.someone('officer', officer.organisationId);
  await colleague.post(path, WHY).expect(200);
  for (const [command, body] of [
    ['/api/v1/tenders', { poolId }],
    [`/api/v1/pools/${poolId}/release`, WHY],
  ] as const) {
    expect((await stranger.post(command, body).expect(403)).body).toMatchObject(notYours);
  }
  await colleague.post(`/api/v1/pools/${poolId}/release`, WHY).expect(200);
});

it('whose a pool is, and what follows from it, is said at its place in the description too', async () => {
  const { body } = await system.anonymous().get('/docs-json').expect(200);
  const { schemas } = (body as { components: { schemas: Record<string, { properties: Record<string, object> }> } })
    .components;
  for (const view of ['PoolSummary', 'PoolView', 'TenderSummary', 'TenderView', 'AwardAnswer', 'AgreementSummary']) {
    expect([view, schemas[view]?.properties['agencyId']]).toMatchObject([view, { type: 'string' }]);
    expect([view, schemas[view]?.properties['agencyName']]).toMatchObject([view, { type: 'string' }]);
  }
});

it('of two agencies that publish at the same instant one has the pool', async () => {
  const { poolId } = await lockedPool(system);
  const { id, version } = await draftedTender(system, officer, poolId);
  const biddingEndsAt = new Date((await system.now()).getTime() + 86_400_000);
  await officer.patch(`/api/v1/tenders/${id}`, { biddingEndsAt }, version).expect(200);
  const officers = [officer, await system.someone('officer')];
  const answers = await Promise.all(officers.map((each) => each.post(`/api/v1/tenders/${id}/publish`)));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  const first = answers.findIndex(({ status }) => status === 200);
  await officers[1 - first]?.post(`/api/v1/tenders/${id}/cancel`, WHY).expect(403);
  await officers[first]?.post(`/api/v1/tenders/${id}/cancel`, WHY).expect(200);
});

it('is refused while the pool is still open', async () => {
  const poolId = await openedPool(await system.someone('manager'));
  const refused = await officer.post(`/api/v1/pools/${poolId}/release`, WHY).expect(409);
  expect(refused.body).toMatchObject({ code: 'pool.cannot-release' });
});

it('and a publication at the same instant: one of the two comes to pass', async () => {
  const { poolId } = await lockedPool(system);
  const { id, version } = await draftedTender(system, officer, poolId);
  const biddingEndsAt = new Date((await system.now()).getTime() + 86_400_000);
  await officer.patch(`/api/v1/tenders/${id}`, { biddingEndsAt }, version).expect(200);
  const answers = await Promise.all([
    officer.post(`/api/v1/tenders/${id}/publish`),
    officer.post(`/api/v1/pools/${poolId}/release`, WHY),
  ]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  await system.settled();
  const [tender, pool] = [
    await officer.get(`/api/v1/tenders/${id}`).expect(200),
    await officer.get(`/api/v1/pools/${poolId}`).expect(200),
  ];
  const states = [(tender.body as TenderDraft).state, (pool.body as { state: string }).state];
  expect(states).toEqual(answers[0]?.status === 200 ? ['published', 'locked'] : ['cancelled', 'released']);
});

it('has the same states in its lifecycle and in the database', async () => {
  expect((await statesAllowed(system, 'pool')).sort()).toEqual(statesOf(poolLifecycle).sort());
});
