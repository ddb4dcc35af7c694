import { AwardsJobs } from '../../src/awards/awards.jobs.js';
import { closed, publishedTender } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import {
  type AwardJson,
  type AwardMade,
  awardOf,
  draftedAgain,
  draftedAward,
  read,
  recommended,
  SHARED,
} from './decided-award.js';

let system: System;
let made: AwardMade;
beforeAll(async () => {
  system = await System.start();
  made = await draftedAward(system);
});
afterAll(async () => {
  await system.stop();
});

/** The latest award of the tender that these tests share. */
async function latest(): Promise<AwardJson> {
  const list = await made.officer.get(`/api/v1/tenders/${made.tenderId}/awards?limit=200`).expect(200);
  return (list.body as { items: AwardJson[] }).items.at(-1) ?? made.award;
}

async function timesEvaluated(awardId: string): Promise<number> {
  const rows: { times: number }[] = await system.source.query(
    `select count(*)::int as times from audit_entry
     where subject_type = 'award' and subject_id = $1 and deed = 'awards.evaluate'`,
    [awardId],
  );
  return rows[0]?.times ?? 0;
}

test('evaluated by several workers at once, and again later, an award is drafted once', async () => {
  const { award, officer, tenderId } = made;
  const jobs = system.app.get(AwardsJobs, { strict: false });
  const again = await officer
    .post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [], why: 'To see it twice.' })
    .expect(201);
  const { id: awardId } = again.body as { id: string };
  await Promise.all([jobs.evaluate({ awardId }), jobs.evaluate({ awardId }), jobs.evaluate({ awardId })]);
  await system.settled();
  const second = await awardOf(system, officer, tenderId, { round: 2 });
  expect(second).toMatchObject({ id: awardId, state: 'drafted', version: 2, totalMinor: award.totalMinor });
  await jobs.evaluate({ awardId });
  expect(await read(officer, awardId)).toEqual(second);
  expect(await timesEvaluated(awardId)).toBe(1);
  expect(await timesEvaluated(award.id)).toBe(1);
});

test('a tender is awarded once, however often its opening is told', async () => {
  const { officer, tenderId } = made;
  const before = await officer.get(`/api/v1/tenders/${tenderId}/awards`).expect(200);
  await system.source.query('select announce($1, $2, $3)', [
    'auctions.bids-opened',
    { auctionId: tenderId, tenderId },
    ['awards.begin'],
  ]);
  await system.settled();
  const after = await officer.get(`/api/v1/tenders/${tenderId}/awards`).expect(200);
  expect(after.body).toEqual(before.body);
});

test('a tender that was cancelled is never awarded, however late its opening is told', async () => {
  const { officer, tenderId } = await publishedTender(system);
  await officer.post(`/api/v1/tenders/${tenderId}/cancel`, { why: 'A wrong cap.' }).expect(200);
  await system.source.query('select announce($1, $2, $3)', [
    'auctions.bids-opened',
    { auctionId: tenderId, tenderId },
    ['awards.begin'],
  ]);
  await system.settled();
  const none = await officer.get(`/api/v1/tenders/${tenderId}/awards`).expect(200);
  expect(none.body).toEqual({ items: [], next: null });
});

test('evaluated again without a bid, the award of before is superseded and cannot be approved', async () => {
  const { bids, officer, tenderId } = made;
  const award = await latest();
  const approver = await system.someone('approver', officer.organisationId);
  const seen = await recommended(officer, award.id);
  const winner = award.winners[0]?.bidId ?? '';
  const why = 'Its guarantee is missing.';
  const named = { excludedBidIds: [winner.toUpperCase()], why };
  await officer.post(`/api/v1/awards/${award.id}/evaluate-again`, named).expect(201);
  const second = await awardOf(system, officer, tenderId, { round: award.round + 1 });
  expect(second).toMatchObject({ state: 'drafted', supersedes: award.id, excludedBids: [{ bidId: winner, why }] });
  expect(second.winners.map((each) => each.bidId)).not.toContain(winner);
  expect(second.totalMinor).toBeGreaterThan(award.totalMinor ?? 0);
  expect(second.winners.map((each) => each.bidId)).toEqual([bids[1]?.bidId, bids[2]?.bidId]);
  expect(await read(officer, award.id)).toMatchObject({ state: 'superseded' });
  const { contentHash } = seen;
  await approver.post(`/api/v1/awards/${award.id}/approve`, { contentHash }).expect(409);
  await approver.post(`/api/v1/awards/${second.id}/approve`, { contentHash }).expect(409);
  await officer
    .post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [], why: 'Once more.' })
    .expect(409);
  // An empty list lets the bid take part again.
  expect(await draftedAgain(system, officer, second)).toMatchObject({ excludedBids: [], totalMinor: award.totalMinor });
});

test('whoever had bids excluded cannot approve the award without them', async () => {
  const { officer, tenderId } = made;
  const award = await latest();
  const both = await system.someone(['officer', 'approver'], officer.organisationId);
  const body = { excludedBidIds: [award.winners[0]?.bidId], why: 'Its guarantee is missing.' };
  await both.post(`/api/v1/awards/${award.id}/evaluate-again`, body).expect(201);
  const second = await awardOf(system, officer, tenderId, { round: award.round + 1 });
  const { contentHash } = await recommended(officer, second.id);
  const refused = await both.post(`/api/v1/awards/${second.id}/approve`, { contentHash }).expect(403);
  expect(refused.body).toMatchObject({ code: 'award.same-person' });
});

test('when no allocation serves all demand, the award fails and says so in words', async () => {
  const northOnly = { bands: [{ from: 1, monthly: { basic: 24_000, fast: 41_000 } }], lots: { north: {} } };
  const { award, officer } = await draftedAward(system, { tariffs: [northOnly] });
  expect(award).toMatchObject({ state: 'failed', solverStatus: 'infeasible', winners: [], totalMinor: null });
  expect(award.explanation.join(' ')).toContain('south');
  await officer.post(`/api/v1/awards/${award.id}/recommend`, { reasons: 'All the same.' }).expect(409);
});

test('a tender without a bid has nothing to award', async () => {
  const { officer, tenderId, ...tender } = await publishedTender(system);
  await closed(system, { officer, tenderId, ...tender });
  const unopened = await officer.get(`/api/v1/tenders/${tenderId}/awards`).expect(200);
  expect(unopened.body).toEqual({ items: [], next: null });
  await officer.post(`/api/v1/tenders/${tenderId}/bids/open`).expect(200);
  const award = await awardOf(system, officer, tenderId);
  expect(award).toMatchObject({ state: 'failed', winners: [] });
  expect(award.explanation).toEqual(['No bid was opened in this tender, so there is nothing to award.']);
});

test('winners that share a lot and tier cover its lines without gap or overlap, the earlier bid first; strangers’ bids cannot be excluded', async () => {
  const { award, bids, officer } = await draftedAward(system, SHARED);
  expect(award.winners.length).toBeGreaterThan(1);
  expect(Math.max(...award.winners.map((winner) => winner.lines))).toBeLessThanOrEqual(21);
  const received = award.winners.map((winner) => bids.findIndex((each) => each.bidId === winner.bidId));
  expect(received).toEqual([...received].sort((a, b) => a - b));
  const next = new Map<string, number>();
  for (const { lot, tier, from, lines } of award.winners.flatMap((winner) => winner.cells)) {
    expect(from).toBe(next.get(`${lot} ${tier}`) ?? 0);
    next.set(`${lot} ${tier}`, from + lines);
  }
  expect(Object.fromEntries(next)).toEqual({ 'north basic': 12, 'north fast': 6, 'south basic': 10, 'south fast': 8 });

  const stranger = await officer
    .post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [made.bids[0]?.bidId], why: 'A slip.' })
    .expect(422);
  expect(stranger.body).toMatchObject({ code: 'award.unknown-bid', faults: [{ path: 'excludedBidIds' }] });
  expect(await read(officer, award.id)).toMatchObject({ state: 'drafted' });
});
