import { AwardsJobs } from '../../src/awards/awards.jobs.js';
import { bid, closed, publishedTender } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { awardOf, draftedAward, read, recommended, SHARED } from './decided-award.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

async function timesEvaluated(awardId: string): Promise<number> {
  const rows: { times: number }[] = await system.source.query(
    `select count(*)::int as times from audit_entry
     where subject_type = 'award' and subject_id = $1 and deed = 'awards.evaluate'`,
    [awardId],
  );
  return rows[0]?.times ?? 0;
}

test('evaluated by several workers at once, and again later, an award is drafted once', async () => {
  const { award, officer, tenderId } = await draftedAward(system);
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
  const { award, officer, tenderId } = await draftedAward(system);
  await system.source.query('select announce($1, $2, $3)', [
    'auctions.bids-opened',
    { auctionId: tenderId, tenderId },
    ['awards.begin'],
  ]);
  await system.settled();
  const list = await officer.get(`/api/v1/tenders/${tenderId}/awards`).expect(200);
  expect((list.body as { items: { id: string }[] }).items.map((each) => each.id)).toEqual([award.id]);
});

test('evaluated again without a bid, the award of before is superseded and cannot be approved', async () => {
  const { award, bids, officer, tenderId } = await draftedAward(system);
  const approver = await system.someone('approver');
  const seen = await recommended(officer, award.id);
  const winner = award.winners[0]?.bidId ?? '';
  const why = 'Its guarantee is missing.';
  await officer.post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [winner], why }).expect(201);
  const second = await awardOf(system, officer, tenderId, { round: 2 });
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
});

test('whoever had bids excluded cannot approve the award without them', async () => {
  const { award, officer, tenderId } = await draftedAward(system);
  const both = await system.someone(['officer', 'approver']);
  const body = { excludedBidIds: [award.winners[0]?.bidId], why: 'Its guarantee is missing.' };
  await both.post(`/api/v1/awards/${award.id}/evaluate-again`, body).expect(201);
  const second = await awardOf(system, officer, tenderId, { round: 2 });
  const { contentHash } = await recommended(officer, second.id);
  const refused = await both.post(`/api/v1/awards/${second.id}/approve`, { contentHash }).expect(403);
  expect(refused.body).toMatchObject({ code: 'award.same-person' });
});

test('only opened bids of the tender can be excluded', async () => {
  const { award, officer } = await draftedAward(system);
  const other = await draftedAward(system);
  const answer = await officer
    .post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [other.bids[0]?.bidId], why: 'A slip.' })
    .expect(422);
  expect(answer.body).toMatchObject({ code: 'award.unknown-bid', faults: [{ path: 'excludedBidIds' }] });
  expect(await read(officer, award.id)).toMatchObject({ state: 'drafted' });
});

test('when no allocation serves all demand, the award fails and says so in words', async () => {
  const [first] = (await draftedAward(system)).bids;
  const northOnly = { bands: first?.tariff.bands ?? [], lots: { north: {} } };
  const { award, officer } = await draftedAward(system, { tariffs: [northOnly] });
  expect(award).toMatchObject({ state: 'failed', solverStatus: 'infeasible', winners: [], totalMinor: null });
  expect(award.explanation.join(' ')).toContain('south');
  await officer.post(`/api/v1/awards/${award.id}/recommend`, { reasons: 'All the same.' }).expect(409);
});

test('a tender without a bid has nothing to award', async () => {
  const tender = await publishedTender(system);
  await closed(system, tender);
  await tender.officer.post(`/api/v1/tenders/${tender.tenderId}/bids/open`).expect(200);
  const award = await awardOf(system, tender.officer, tender.tenderId);
  expect(award).toMatchObject({ state: 'failed', winners: [] });
  expect(award.explanation).toEqual(['No bid was opened in this tender, so there is nothing to award.']);
});

test('winners that share a lot and tier cover its lines without gap or overlap, the earlier bid first', async () => {
  const { award, bids } = await draftedAward(system, SHARED);
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
});

test('bids that are not opened are nobody’s to evaluate', async () => {
  const tender = await publishedTender(system);
  await bid(tender.tenderId, await system.someone('bidder'), {
    bands: [{ from: 1, monthly: { basic: 20_000, fast: 30_000 } }],
    lots: { north: {}, south: {} },
  });
  await closed(system, tender);
  const list = await tender.officer.get(`/api/v1/tenders/${tender.tenderId}/awards`).expect(200);
  expect(list.body).toEqual({ items: [], next: null });
});
