import { randomUUID } from 'node:crypto';
import { bid, closed, publishedTender, TARIFFS, type TenderDraft } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { type AwardJson, awardOf, decided, draftedAward, pastStandstill, read, recommended } from './decided-award.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

const NORTH_ONLY = { bands: [{ from: 1, monthly: { basic: 24_000, fast: 41_000 } }], lots: { north: {} } };
const WHY = { why: 'Nobody serves the south.' };

test('a tender of which one lot is served by nobody is abandoned, and its pool put out anew with other lots', async () => {
  const made = await draftedAward(system, { tariffs: [NORTH_ONLY] });
  const { award, officer, tenderId, poolId, bids } = made;
  expect(award.state).toBe('failed');
  const path = `/api/v1/tenders/${tenderId}/abandon`;
  await officer.post('/api/v1/tenders', { poolId }).expect(409);
  const late = await officer.post(`/api/v1/tenders/${tenderId}/cancel`, WHY).expect(409);
  expect(late.body).toMatchObject({ code: 'tender.bidding-ended' });
  for (const role of ['bidder', 'owner', 'manager', 'approver', 'auditor', 'admin'] as const) {
    await (await system.someone(role)).post(path, WHY).expect(403);
  }
  await system.anonymous().post(path).set('idempotency-key', randomUUID()).send(WHY).expect(401);
  await officer.post(`/api/v1/tenders/${randomUUID()}/abandon`, WHY).expect(404);
  const without = await officer.post(path, { why: ' ' }).expect(422);
  expect(without.body).toMatchObject({ faults: [{ path: 'why' }] });
  const alone = await officer.post(`/api/v1/awards/${award.id}/abandon`, WHY).expect(409);
  expect(alone.body).toMatchObject({ code: 'award.not-follow-up' });

  const answer = await officer.post(path, WHY).expect(200);
  expect(answer.body).toMatchObject({
    tenderId,
    state: 'cancelled',
    awards: [{ id: award.id, state: 'abandoned', version: award.version + 1 }],
  });
  expect(await read(officer, award.id)).toMatchObject({ state: 'abandoned', whyAbandoned: WHY.why });
  await officer.post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [], ...WHY }).expect(409);
  const again = await officer.post(path, WHY).expect(409);
  expect(again.body).toMatchObject({ code: 'tender.cannot-abandon' });
  const told = await bids[0]?.provider.get(`/api/v1/tenders/${tenderId}`).expect(200);
  expect(told?.body).toMatchObject({ state: 'cancelled', whyCancelled: WHY.why });
  const facts: unknown[] = await system.source.query(
    `select 1 from outbox_event where name = 'tenders.cancelled' and payload ->> 'tenderId' = $1`,
    [tenderId],
  );
  expect(facts).toHaveLength(1);

  // The pool's members are not lost: one lot for all, without caps, until another day.
  const draft = (await officer.post('/api/v1/tenders', { poolId }).expect(201)).body as TenderDraft;
  const biddingEndsAt = new Date((await system.now()).getTime() + 86_400_000);
  const lots = [{ code: 'all', title: 'All', regions: ['north', 'south'] }];
  const terms = { lots, priceCaps: {}, biddingEndsAt, auction: { format: 'sealed' } };
  await officer.patch(`/api/v1/tenders/${draft.id}`, terms, draft.version).expect(200);
  await officer.post(`/api/v1/tenders/${draft.id}/publish`).expect(200);
  await system.settled();
  const provider = await system.someone('bidder');
  await bid(draft.id, provider, { bands: [{ from: 1, monthly: { basic: 60_000, fast: 90_000 } }], lots: { all: {} } });
  await closed(system, { ...made, tenderId: draft.id, biddingEndsAt });
  await officer.post(`/api/v1/tenders/${draft.id}/bids/open`).expect(200);
  const second = await awardOf(system, officer, draft.id);
  expect(second).toMatchObject({ round: 1, state: 'drafted', winners: [{ lines: 36 }] });
});

test('nobody comes after a deadline to bids that were never opened, once their tender is abandoned', async () => {
  const made = await publishedTender(system);
  await bid(made.tenderId, await system.someone('bidder'), TARIFFS[0] ?? NORTH_ONLY);
  const path = `/api/v1/tenders/${made.tenderId}`;
  const early = await made.officer.post(`${path}/abandon`, WHY).expect(409);
  expect(early.body).toMatchObject({ code: 'tender.bidding-not-ended' });
  await closed(system, made);
  const answer = await made.officer.post(`${path}/abandon`, WHY).expect(200);
  expect(answer.body).toMatchObject({ state: 'cancelled', awards: [] });
  const refused = await made.officer.post(`${path}/bids/open`).expect(409);
  expect(refused.body).toMatchObject({ code: 'auction.cancelled' });
  await system.settled();
  expect((await made.officer.get(`${path}/auction`)).body).toMatchObject({ state: 'cancelled' });
});

test('of an approval and an abandonment at the same instant one comes to pass, and what is approved stands', async () => {
  const made = await draftedAward(system);
  const { officer, tenderId, award } = made;
  const approver = await system.someone('approver', officer.organisationId);
  const path = `/api/v1/tenders/${tenderId}/abandon`;
  const { contentHash } = await recommended(officer, award.id);
  const [approved, abandoned] = await Promise.all([
    approver.post(`/api/v1/awards/${award.id}/approve`, { contentHash }),
    officer.post(path, WHY),
  ]);
  expect(new Set([approved.status, abandoned.status])).toEqual(new Set([200, 409]));
  const state = (await read(officer, award.id)).state;
  expect(state).toBe(approved.status === 200 ? 'standstill' : 'abandoned');
});

test('an award in standstill or final keeps its tender from being abandoned', async () => {
  const made = await decided(system, await draftedAward(system));
  const path = `/api/v1/tenders/${made.tenderId}/abandon`;
  const standing = await made.officer.post(path, WHY).expect(409);
  expect(standing.body).toMatchObject({
    code: 'tender.awarded',
    detail: expect.stringContaining('is in standstill') as string,
  });
  const { award } = await pastStandstill(system, made);
  const final = await made.officer.post(path, WHY).expect(409);
  expect(final.body).toMatchObject({ code: 'tender.awarded', detail: expect.stringContaining('is final') as string });
  expect(await read(made.officer, award.id)).toEqual(award);
  expect((await made.officer.get(`/api/v1/tenders/${made.tenderId}`)).body).toMatchObject({ state: 'published' });
});

test('an evaluation that is asked for while the tender is abandoned leads to nothing', async () => {
  const { officer, tenderId, award } = await draftedAward(system);
  const [again, abandoned] = await Promise.all([
    officer.post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [], why: 'Once more.' }),
    officer.post(`/api/v1/tenders/${tenderId}/abandon`, WHY),
  ]);
  expect([201, 409]).toContain(again.status);
  expect(abandoned.status).toBe(200);
  await system.settled();
  const list = await officer.get(`/api/v1/tenders/${tenderId}/awards`).expect(200);
  const states = (list.body as { items: AwardJson[] }).items.map((each) => each.state);
  expect(states).toEqual(again.status === 201 ? ['superseded', 'abandoned'] : ['abandoned']);
});
