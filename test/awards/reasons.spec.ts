import { randomUUID } from 'node:crypto';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import type { Problem } from '../../src/allocation/rules/problem.js';
import { AuctionsQueries } from '../../src/auctions/auctions.queries.js';
import { Award } from '../../src/awards/award.entity.js';
import { questionOf } from '../../src/awards/question-rows.js';
import { ReasonsJobs } from '../../src/awards/reasons.jobs.js';
import { TendersQueries } from '../../src/tenders/tenders.queries.js';
import { type Someone, System } from '../support/system.js';
import { type AwardMade, decided, draftedAgain, draftedAward, SHARED } from './decided-award.js';

interface ReasonJson {
  readonly lot: string;
  readonly tier: string | null;
  readonly lines: number;
  readonly wonLines: number;
  readonly bidId: string;
  readonly providerName: string;
  readonly costMinor: number;
  readonly runnerUp: { readonly bidId: string; readonly providerName: string; readonly costMinor: number } | null;
  readonly away: {
    readonly atLeastMinor: number;
    readonly atMostMinor: number | null;
    readonly proved: boolean;
  } | null;
  readonly words: string;
}

interface StepJson {
  readonly state: string;
  readonly total: number;
  readonly exact: number;
}

let system: System;
let made: AwardMade;
beforeAll(async () => {
  system = await System.start();
  made = await draftedAward(system);
});
afterAll(async () => {
  await system.stop();
});

function path(awardId = made.award.id): string {
  return `/api/v1/awards/${awardId}/lots`;
}

async function reasonsOf(awardId = made.award.id): Promise<ReasonJson[]> {
  const { body } = await made.officer.get(path(awardId)).expect(200);
  return (body as { items: ReasonJson[] }).items;
}

/** How far its reasons are, once they are as exact as they will be. */
async function weighed(officer: Someone, awardId: string): Promise<StepJson> {
  const { body } = await system.eventually(
    () => officer.get(`/api/v1/awards/${awardId}/weighing`),
    (answer) => (answer.body as StepJson).state === 'complete',
  );
  return body as StepJson;
}

/** What the whole costs when a bid does not cover a lot, by the winner determination itself. */
async function without(bidId: string, lot: string): Promise<number | null> {
  const award = await system.source.manager.findOneByOrFail(Award, { id: made.award.id });
  const tenders = system.app.get(TendersQueries, { strict: false });
  const auctions = system.app.get(AuctionsQueries, { strict: false });
  const { problem } = await questionOf(system.source.manager, award, tenders, auctions);
  const bids = problem.bids.map((bid) => {
    const { [lot]: gone, ...lots } = bid.lots;
    return bid.id === bidId && gone ? { ...bid, lots } : bid;
  });
  const changed: Problem = { ...problem, bids };
  const { totalMinor } = await system.app.get(AllocationService, { strict: false }).solve(changed);
  return totalMinor === null ? null : Number(totalMinor);
}

test('every lot has its reason: winner, runner-up, why the cheaper one lost, and what the whole would cost without', async () => {
  const { bids, award } = made;
  const name = (at: number) => `provider ${bids[at]?.provider.organisationId.slice(0, 8)}`;
  const [north, south, ...more] = await reasonsOf();
  expect(more).toEqual([]);
  // 12 lines at 25,000 and 6 at 42,000 for two years; the second bid asks 24,000 and 41,000, and 3,000 once a line.
  expect(north).toMatchObject({
    lot: 'north',
    tier: null,
    lines: 18,
    wonLines: 18,
    bidId: bids[0]?.bidId,
    providerName: name(0),
    costMinor: 13_248_000,
    runnerUp: { bidId: bids[1]?.bidId, providerName: name(1), costMinor: 12_870_000 },
  });
  expect(north?.words).toContain(`${name(1)} would cost 378000 KRW less here`);
  expect(north?.words).toContain(`${name(0)} would fall from its prices from 20 lines on to those from 1 line on`);
  // Only the third bid serves the south as well.
  expect(south).toMatchObject({ lot: 'south', bidId: bids[0]?.bidId, runnerUp: { bidId: bids[2]?.bidId } });
  expect((north?.costMinor ?? 0) + (south?.costMinor ?? 0)).toBe(award.totalMinor);
  for (const reason of [north, south]) {
    const dearer = await without(reason?.bidId ?? '', reason?.lot ?? '');
    const moreMinor = (dearer ?? 0) - (award.totalMinor ?? 0);
    expect(reason?.away).toEqual({ atLeastMinor: moreMinor, atMostMinor: moreMinor, proved: true });
    expect(reason?.words).toContain(`Without ${name(0)} here the whole would cost ${moreMinor} KRW more.`);
    expect(reason?.words).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
  }
});

test('reasons come in pages, or of one lot', async () => {
  const all = await reasonsOf();
  const first = await made.officer.get(`${path()}?limit=1`).expect(200);
  expect(first.body).toEqual({ items: all.slice(0, 1), next: '0' });
  const second = await made.officer.get(`${path()}?limit=1&cursor=0`).expect(200);
  expect(second.body).toEqual({ items: all.slice(1), next: null });
  const south = await made.officer.get(`${path()}?lot=south`).expect(200);
  expect(south.body).toEqual({ items: all.slice(1), next: null });
  const nonsense = await made.officer.get(`${path()}?cursor=x`).expect(422);
  expect(nonsense.body).toMatchObject({ code: 'page.cursor', faults: [{ path: 'cursor' }] });
});

test('an award that was evaluated again has reasons of its own, and the superseded one keeps its own', async () => {
  const before = await reasonsOf();
  const again = await draftedAgain(system, made.officer, made.award);
  expect(await reasonsOf(again.id)).toEqual(before);
  expect(await reasonsOf()).toEqual(before);
  await expect(system.source.query(`update award_lot_reason set words = ''`)).rejects.toThrow('append-only');
  await expect(system.source.query('delete from award_lot_reason')).rejects.toThrow('append-only');
  made = { ...made, award: again };
});

test('where lines are shared, every winner of a tier has its own reason', async () => {
  const shared = await draftedAward(system, SHARED);
  const reasons = await reasonsOf(shared.award.id);
  const won = shared.award.winners.flatMap(({ bidId, cells }) =>
    cells.map(({ lot, tier, lines }) => [lot, tier, bidId, lines].join(' ')),
  );
  const told = reasons.map(({ lot, tier, bidId, wonLines }) => [lot, tier, bidId, wonLines].join(' '));
  expect(told.toSorted()).toEqual(won.toSorted());
});

test('what was left in bounds becomes exact after the award is there, and changes nothing that is decided on', async () => {
  const { award, officer } = await draftedAward(system, SHARED);
  const step = await weighed(officer, award.id);
  const { version, contentHash } = (await officer.get(`/api/v1/awards/${award.id}`).expect(200)).body as typeof award;
  const reasons = await reasonsOf(award.id);
  expect(step).toEqual({ state: 'complete', total: reasons.length, exact: reasons.length });
  expect([version, contentHash]).toEqual([award.version, award.contentHash]);
  // The evaluation itself wrote bounds, which stay; what is read are the exact ones, in words too.
  const bounds: { least: string; most: string | null }[] = await system.source.query(
    `select away_at_least_minor as least, away_at_most_minor as most from award_lot_reason
     where award_id = $1 and not away_proved order by position`,
    [award.id],
  );
  expect(bounds.length).toBe(reasons.length);
  for (const [at, { away, words }] of reasons.entries()) {
    const { least, most } = bounds[at] ?? { least: '0', most: null };
    expect(away?.proved).toBe(true);
    if (!away || away.atMostMinor === null) {
      expect([words, most]).toEqual([expect.stringContaining('no allocation would keep all rules'), null]);
      continue;
    }
    expect(away.atMostMinor).toBeGreaterThanOrEqual(Number(least));
    expect(away.atMostMinor).toBeLessThanOrEqual(Number(most ?? Infinity));
    expect(words).toMatch(/the whole would cost (as much|\d+ KRW more)\./);
  }
  const jobs = system.app.get(ReasonsJobs, { strict: false });
  await jobs.weigh({ awardId: award.id });
  expect(await reasonsOf(award.id)).toEqual(reasons);
  await expect(system.source.query('delete from award_lot_away')).rejects.toThrow('append-only');
});

test('an award that is not decided on any more keeps its bounds', async () => {
  const { award, officer } = await draftedAward(system, SHARED);
  await weighed(officer, award.id);
  const before = await reasonsOf(award.id);
  await draftedAgain(system, officer, award);
  await system.source.query('update award_weighing set done_at = null where award_id = $1', [award.id]);
  await system.app.get(ReasonsJobs, { strict: false }).weigh({ awardId: award.id });
  expect((await weighed(officer, award.id)).state).toBe('complete');
  expect(await reasonsOf(award.id)).toEqual(before);
});

test('an award that failed has none', async () => {
  const northOnly = { bands: [{ from: 1, monthly: { basic: 24_000, fast: 41_000 } }], lots: { north: {} } };
  const { award, officer } = await draftedAward(system, { tariffs: [northOnly] });
  expect(award.state).toBe('failed');
  expect(award.explanation.join(' ')).toContain('18 of 36 lines cannot be served');
  expect(await weighed(officer, award.id)).toEqual({ state: 'complete', total: 0, exact: 0 });
  expect(await reasonsOf(award.id)).toEqual([]);
});

test('reasons tell of the tariffs of rivals: they are for the agency, and no letter holds them', async () => {
  const { award, bids } = await decided(system, made);
  for (const reader of [
    ...bids.map(({ provider }) => provider),
    await system.someone('owner'),
    await system.someone('manager'),
  ]) {
    expect((await reader.get(path()).expect(403)).body).toMatchObject({ code: 'deed.forbidden' });
  }
  for (const role of ['approver', 'auditor'] as const) {
    const someone = await system.someone(role);
    expect((await someone.get(path()).expect(200)).body).toMatchObject({ next: null });
  }
  for (const id of [randomUUID(), made.tenderId, bids[0]?.bidId ?? '']) {
    expect((await made.officer.get(path(id)).expect(404)).body).toMatchObject({ code: 'award.not-found' });
  }
  // What the second bid asks for the north is in its own letter, and in nobody else's.
  const letters = bids.map(({ provider }) => provider.get(`/api/v1/awards/${award.id}/letter`).expect(200));
  const told = (await Promise.all(letters)).map(({ body }) => JSON.stringify(body).includes('12870000'));
  expect(told).toEqual([false, true, false]);
});
