import { randomUUID } from 'node:crypto';
import type { SolveOptions } from '../../src/allocation/answer.js';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { CURVE_PERCENT, curvePoint, resized } from '../../src/allocation/rules/curve.js';
import type { Problem, Result } from '../../src/allocation/rules/problem.js';
import { scenariosOf } from '../../src/allocation/rules/scenarios.js';
import { AuctionsQueries } from '../../src/auctions/auctions.queries.js';
import { Award } from '../../src/awards/award.entity.js';
import { questionOf } from '../../src/awards/question-rows.js';
import { lotsOf } from '../../src/awards/rules/award.js';
import { gapPerLineMonthly } from '../../src/awards/rules/board.js';
import { ScenariosJobs } from '../../src/awards/scenarios.jobs.js';
import { TendersQueries } from '../../src/tenders/tenders.queries.js';
import { type Someone, System } from '../support/system.js';
import { type BoardJson, completeBoard, type GapJson } from './boards.js';
import { type AwardMade, draftedAgain, draftedAward } from './decided-award.js';

let system: System;
let made: AwardMade;
let board: BoardJson;
/** what the solver was given of each entry of the board, to begin with */
const begunWith: SolveOptions['known'][] = [];
beforeAll(async () => {
  system = await System.start();
  const allocation = system.app.get(AllocationService, { strict: false });
  const solving = allocation.solve.bind(allocation);
  allocation.solve = (problem, options) => {
    begunWith.push(options?.known);
    return solving(problem, options);
  };
  made = await draftedAward(system, { terms: { maxWinners: 2 } });
  begunWith.length = 0;
  await made.officer.get(`${path()}/scenarios`).expect(404);
  const begun = await made.officer.post(`${path()}/scenarios`).expect(201);
  // The award's own problem stands twice on it, and has its answer.
  expect(begun.body).toMatchObject({ awardId: made.award.id, state: 'solving', done: 2 });
  board = await completeBoard(system, made.officer, made.award.id);
  Reflect.deleteProperty(allocation, 'solve');
});
afterAll(async () => {
  await system.stop();
});

function path(): string {
  return `/api/v1/awards/${made.award.id}`;
}

async function problemOfAward(): Promise<Problem> {
  const award = await system.source.manager.findOneByOrFail(Award, { id: made.award.id });
  const tenders = system.app.get(TendersQueries, { strict: false });
  const auctions = system.app.get(AuctionsQueries, { strict: false });
  return (await questionOf(system.source.manager, award, tenders, auctions)).problem;
}

async function solve(problem: Problem): Promise<Result> {
  return system.app.get(AllocationService, { strict: false }).solve(problem);
}

async function allGaps(reader: Someone, awardId: string, more = ''): Promise<GapJson[]> {
  const gaps: GapJson[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await reader.get(`/api/v1/awards/${awardId}/gaps?limit=2${more}${cursor}`).expect(200);
    const page = answer.body as { items: GapJson[]; next: string | null };
    expect(page.items.length).toBeLessThanOrEqual(2);
    gaps.push(...page.items);
    cursor = page.next === null ? null : `&cursor=${page.next}`;
  }
  return gaps;
}

async function counts(): Promise<{ solves: number; asked: number; noted: number }> {
  const rows: { solves: number; asked: number; noted: number }[] = await system.source.query(
    `select (select count(*)::int from award_solve) as solves,
            (select count(*)::int from outbox_delivery where handler = 'awards.solve') as asked,
            (select count(*)::int from audit_entry where deed = 'awards.note-complete-board') as noted`,
  );
  const [row] = rows;
  if (!row) throw new Error('nothing was counted');
  return row;
}

test('a board has the scenarios of the problem, each as the winner determination answers it', async () => {
  const problem = await problemOfAward();
  const best = await solve(problem);
  const scenarios = scenariosOf(problem, best.awards);
  expect(board).toMatchObject({ state: 'complete', done: board.total, currency: 'KRW', termMonths: 24, lines: 36 });
  expect(board.best).toMatchObject({ totalMinor: made.award.totalMinor, gap: 0, proved: true });
  expect(board.leftOut).toEqual({ providers: [], bids: [] });
  expect(board.scenarios.map(({ kind, about }) => `${kind}:${about}`)).toEqual(scenarios.map(({ key }) => key));
  for (const [at, scenario] of scenarios.entries()) {
    const { status, totalMinor, awards } = await solve(scenario.problem);
    const more = totalMinor === null ? null : Number(totalMinor - (best.totalMinor ?? 0n));
    const shown = board.scenarios[at];
    expect(shown).toMatchObject({
      status,
      totalMinor: totalMinor === null ? null : Number(totalMinor),
      moreMinor: more,
    });
    expect(shown?.winners.map(({ lines }) => lines)).toEqual(awards.map(({ lines }) => lines).sort((a, b) => b - a));
    expect(shown?.proved).toBe(true);
    const most = Math.max(0, ...awards.map(({ lines }) => lines));
    expect(shown?.largestShareBp).toBe(totalMinor === null ? null : Math.round((most * 10_000) / 36));
  }
});

test('entries begin with what the award allocates', async () => {
  const { winners } = await system.source.manager.findOneByOrFail(Award, { id: made.award.id });
  expect(winners.length).toBeGreaterThan(0);
  expect(begunWith.length).toBeGreaterThan(0);
  const own = winners.map(({ bidId, cells }) => ({ bid: bidId, lots: lotsOf(cells) }));
  for (const known of begunWith) expect(known).toEqual(own);
});

test('scenarios are told in words and names, impossible ones with the reason', async () => {
  const name = (at: number) => `provider ${made.bids[at]?.provider.organisationId.slice(0, 8)}`;
  const words = board.scenarios.map((scenario) => scenario.words);
  expect(words).toContain('At most 1 winner');
  expect(words).toContain(`Without ${name(0)}`);
  const one = board.scenarios.find((scenario) => scenario.words === 'At most 1 winner');
  expect(one?.winners).toHaveLength(1);
  expect(one?.morePercent).toBe(Math.round(((one?.moreMinor ?? 0) * 10_000) / (board.best.totalMinor ?? 1)) / 100);
  expect(one?.explanation).toEqual([]);
  const capped = board.scenarios.find((scenario) => scenario.words === 'No provider above 40 % of the lines');
  expect(capped).toMatchObject({ status: 'infeasible', totalMinor: null, moreMinor: null, winners: [], proved: true });
  expect(capped?.explanation.length).toBeGreaterThan(0);
  expect(JSON.stringify(board.scenarios.map(({ explanation }) => explanation))).not.toMatch(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/,
  );
});

test('the price curve is what the winner determination answers for smaller and larger pools', async () => {
  const problem = await problemOfAward();
  expect(board.curve.map(({ percent }) => percent)).toEqual(CURVE_PERCENT);
  for (const at of [10, 60, 100, 200]) {
    const smaller = resized(problem, at);
    const result = await solve(smaller);
    const { lines, lineMonthly, proved } = curvePoint(smaller, at, result);
    expect(board.curve.find(({ percent }) => percent === at)).toEqual({
      percent: at,
      lines,
      status: result.status,
      lineMonthlyMinor: lineMonthly === null ? null : Number(lineMonthly),
      proved,
    });
  }
});

test('every bid has its gaps to win, in pages or by itself', async () => {
  const problem = await problemOfAward();
  const { gaps } = await system.app.get(AllocationService, { strict: false }).gapsToWin(problem, null);
  const shown = await allGaps(made.officer, made.award.id);
  const place = new Map(problem.bids.map(({ id }, at) => [id, at]));
  const expected = gaps.toSorted((a, b) => (place.get(a.bid) ?? 0) - (place.get(b.bid) ?? 0));
  expect(shown.length).toBeGreaterThan(2);
  expect(
    shown.map(({ bidId, lot, tier, lines, gapMinor, proved }) => [bidId, lot, tier, lines, gapMinor, proved]),
  ).toEqual(
    expected.map(({ bid, lot, tier, lines, gapMinor, proved }) => [
      bid,
      lot,
      tier,
      lines,
      gapMinor === null ? null : Number(gapMinor),
      proved,
    ]),
  );
  for (const { gapMinor, gapLineMonthlyMinor, lines, providerName } of shown) {
    expect(providerName).toMatch(/^provider /);
    expect(gapLineMonthlyMinor).toBe(gapMinor === null ? null : Number(gapPerLineMonthly(BigInt(gapMinor), lines, 24)));
  }
  const { bidId } = made.bids[2] ?? { bidId: '' };
  expect(await allGaps(made.officer, made.award.id, `&bidId=${bidId}`)).toEqual(
    shown.filter((gap) => gap.bidId === bidId),
  );
  const stranger = await made.officer.get(`${path()}/gaps?bidId=${randomUUID()}`).expect(422);
  expect(stranger.body).toMatchObject({ code: 'award.unknown-bid', faults: [{ path: 'bidId' }] });
  const nonsense = await made.officer.get(`${path()}/gaps?cursor=7`).expect(422);
  expect(nonsense.body).toMatchObject({ faults: [{ path: 'cursor' }] });
});

test('asked for again, also by several at once, an award keeps its one board, and nothing is solved anew', async () => {
  const before = await counts();
  const answers = await Promise.all([1, 2, 3].map(() => made.officer.post(`${path()}/scenarios`)));
  for (const { status, body } of answers) {
    expect([status, (body as BoardJson).state, (body as BoardJson).done]).toEqual([201, 'complete', board.total]);
  }
  const hashes: { input_hash: string }[] = await system.source.query('select input_hash from award_solve');
  await system.app.get(ScenariosJobs, { strict: false }).solve({ inputHash: hashes[0]?.input_hash ?? '' });
  await system.settled();
  expect(await counts()).toEqual(before);
  expect(before.noted).toBe(1);
  expect((await made.officer.get(`${path()}/scenarios`).expect(200)).body).toEqual(board);
});

test('entries of one problem are solved once: the award itself at the middle of the curve and with its two winners', async () => {
  const { solves, asked } = await counts();
  expect(solves).toBe(board.total - 1);
  // Nor is the award's own problem solved again.
  expect(asked).toBe(solves - 1);
  const two = board.scenarios.find(({ kind, about }) => kind === 'winners' && about === '2');
  expect(two).toMatchObject({ ...board.best, status: 'optimal', moreMinor: 0, morePercent: 0 });
  const { body } = await made.officer.get(path()).expect(200);
  const { lineMonthlyMinor } = board.curve.find(({ percent }) => percent === 100) ?? {};
  expect(lineMonthlyMinor).toBe(Math.round((body as { totalMinor: number }).totalMinor / 36 / 24));
});

test('an answer once written stays', async () => {
  await expect(system.source.query('update award_solve set total_minor = 1')).rejects.toThrow('append-only');
  await expect(system.source.query('delete from award_solve')).rejects.toThrow('append-only');
  await expect(system.source.query('delete from award_gap')).rejects.toThrow('append-only');
});

test('a board of the same problem, of a later award, is complete at once; the superseded award keeps its own', async () => {
  const before = await counts();
  const second = await draftedAgain(system, made.officer, made.award);
  const late = await made.officer.post(`/api/v1/awards/${second.id}/scenarios`).expect(201);
  expect(late.body).toMatchObject({ awardId: second.id, done: board.total });
  const other = await completeBoard(system, made.officer, second.id);
  expect(other.scenarios).toEqual(board.scenarios);
  expect(other.curve).toEqual(board.curve);
  expect(await allGaps(made.officer, second.id)).toEqual(await allGaps(made.officer, made.award.id));
  expect(await counts()).toEqual({ ...before, noted: before.noted + 1 });
  expect((await made.officer.get(`${path()}/scenarios`).expect(200)).body).toEqual(board);

  const third = await draftedAgain(system, made.officer, { ...made.award, id: second.id });
  await draftedAgain(system, made.officer, { ...made.award, id: third.id });
  const refused = await made.officer.post(`/api/v1/awards/${third.id}/scenarios`).expect(409);
  expect(refused.body).toMatchObject({ code: 'award.wrong-state' });
  const none = await made.officer.get(`/api/v1/awards/${third.id}/scenarios`).expect(404);
  expect(none.body).toMatchObject({ code: 'board.not-found' });
  expect((await made.officer.get(`/api/v1/awards/${third.id}/gaps`).expect(404)).body).toEqual(
    expect.objectContaining({ code: 'board.not-found' }),
  );
});

test('boards are for the agency: an officer begins one, providers and members see none', async () => {
  const bidder = made.bids[0]?.provider ?? made.officer;
  for (const reader of [bidder, await system.someone('owner'), await system.someone('manager')]) {
    for (const what of ['scenarios', 'gaps']) {
      expect((await reader.get(`${path()}/${what}`).expect(403)).body).toMatchObject({ code: 'deed.forbidden' });
    }
  }
  for (const role of ['approver', 'auditor', 'admin', 'bidder'] as const) {
    const someone = await system.someone(role);
    expect((await someone.post(`${path()}/scenarios`).expect(403)).body).toMatchObject({ code: 'deed.forbidden' });
  }
  for (const role of ['approver', 'auditor'] as const) {
    const someone = await system.someone(role);
    expect((await someone.get(`${path()}/scenarios`).expect(200)).body).toEqual(board);
  }
  for (const id of [randomUUID(), made.tenderId, made.bids[0]?.bidId ?? '']) {
    await made.officer.post(`/api/v1/awards/${id}/scenarios`).expect(404);
    await made.officer.get(`/api/v1/awards/${id}/scenarios`).expect(404);
    await made.officer.get(`/api/v1/awards/${id}/gaps`).expect(404);
  }
});

test('an award that failed has no alternatives', async () => {
  const northOnly = { bands: [{ from: 1, monthly: { basic: 24_000, fast: 41_000 } }], lots: { north: {} } };
  const { award, officer } = await draftedAward(system, { tariffs: [northOnly] });
  const refused = await officer.post(`/api/v1/awards/${award.id}/scenarios`).expect(409);
  expect(refused.body).toMatchObject({ code: 'award.wrong-state' });
});
