import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import type { Gap } from '../../src/allocation/rules/gaps.js';
import type { Task } from '../../src/allocation/solver.messages.js';
import { ProofsJobs } from '../../src/awards/proofs.jobs.js';
import { refuse } from '../../src/kernel/refusal.js';
import { type Someone, System } from '../support/system.js';
import { type BoardJson, completeBoard, type GapJson } from './boards.js';
import { type AwardMade, decided, draftedAgain, draftedAward } from './decided-award.js';

interface StepJson {
  readonly state: string;
  readonly total: number;
  readonly exact: number;
  readonly asked: number;
  readonly done: number;
}

/** How far off what a board tells is, which had no time for proofs. */
const OFF = 1_000n;

let system: System;
let made: AwardMade;
/** the gaps as they are, in the order of the board */
let exact: GapJson[];
/** what the boards were not told */
const truth: Gap[] = [];

/** A board that knows its gaps as at least and at most. */
async function vagueBoard(terms: Readonly<Record<string, unknown>> = { maxWinners: 2 }): Promise<AwardMade> {
  const award = await draftedAward(system, { terms });
  await award.officer.post(`/api/v1/awards/${award.award.id}/scenarios`).expect(201);
  await completeBoard(system, award.officer, award.award.id);
  return award;
}

function vague(gap: Gap): Gap {
  if (gap.gapMinor === null) return { ...gap, proved: false };
  return { ...gap, gapMinor: gap.gapMinor + OFF, atLeastMinor: 0n, proved: false };
}

beforeAll(async () => {
  system = await System.start();
  const allocation = service();
  const find = allocation.gapsToWin.bind(allocation);
  jest.spyOn(allocation, 'gapsToWin').mockImplementation(async (...asked) => {
    const answer = await find(...asked);
    truth.push(...answer.gaps);
    return { ...answer, gaps: answer.gaps.map(vague) };
  });
  made = await draftedAward(system, { terms: { maxWinners: 2 } });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await system.stop();
});

/** What work waits at until it is opened. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

function service(): AllocationService {
  return system.app.get(AllocationService, { strict: false });
}

function path(awardId = made.award.id): string {
  return `/api/v1/awards/${awardId}`;
}

async function board(reader: Someone, awardId: string): Promise<BoardJson & { readonly gaps: StepJson }> {
  return (await reader.get(`${path(awardId)}/scenarios`).expect(200)).body as BoardJson & { gaps: StepJson };
}

async function prove(awardId: string, wish: object = {}): Promise<StepJson> {
  return (await made.officer.post(`${path(awardId)}/gaps/proofs`, wish).expect(201)).body as StepJson;
}

/** How far the gaps are, once nothing is searched for any more. */
async function proved(awardId: string): Promise<StepJson> {
  await system.eventually(
    () => made.officer.get(`${path(awardId)}/scenarios`),
    ({ body }) => (body as { gaps: StepJson }).gaps.state === 'complete',
  );
  return (await board(made.officer, awardId)).gaps;
}

async function gapsOf(awardId: string, limit = 200): Promise<GapJson[]> {
  const gaps: GapJson[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await made.officer.get(`${path(awardId)}/gaps?limit=${limit}${cursor}`).expect(200);
    const page = answer.body as { items: GapJson[]; next: string | null };
    gaps.push(...page.items);
    cursor = page.next === null ? null : `&cursor=${page.next}`;
  }
  return gaps;
}

async function facts(): Promise<number> {
  const rows: { n: number }[] = await system.source.query(
    `select count(*)::int as n from outbox_event where name = 'awards.proof-asked'`,
  );
  return rows[0]?.n ?? 0;
}

test('gaps are proved once the board is complete, and not before', async () => {
  const none = await made.officer.post(`${path()}/gaps/proofs`, {}).expect(404);
  expect(none.body).toMatchObject({ code: 'board.not-found' });
  const slow = gate();
  const allocation = service();
  const solve = allocation.solve.bind(allocation);
  const spy = jest.spyOn(allocation, 'solve').mockImplementation(async (...asked) => {
    await slow.opened;
    return solve(...asked);
  });
  await made.officer.post(`${path()}/scenarios`).expect(201);
  const early = await made.officer.post(`${path()}/gaps/proofs`, {}).expect(409);
  expect(early.body).toMatchObject({ code: 'board.solving' });
  slow.open();
  await completeBoard(system, made.officer, made.award.id);
  spy.mockRestore();
  const { gaps, state, done, total } = await board(made.officer, made.award.id);
  expect([state, done]).toEqual(['complete', total]);
  expect(gaps).toEqual({ state: 'complete', total: gaps.total, exact: 0, asked: 0, done: 0 });
  expect(gaps.total).toBeGreaterThan(2);
});

test('one gap of a bid in a lot becomes exact, the others stay as they are', async () => {
  const before = await gapsOf(made.award.id);
  const first = before.find(({ gapMinor }) => gapMinor !== null);
  if (!first) throw new Error('there is no gap');
  const { bidId, lot } = first;
  expect(first).toMatchObject({ proved: false, proof: 'none', triedSeconds: null });
  expect(await prove(made.award.id, { bidId, lot })).toMatchObject({ asked: 1 });
  expect(await proved(made.award.id)).toMatchObject({ exact: 1, asked: 1, done: 1 });
  const after = await gapsOf(made.award.id);
  for (const [at, gap] of after.entries()) {
    if (gap.bidId !== bidId || gap.lot !== lot) expect(gap).toEqual(before[at]);
    else {
      const gapMinor = (first.gapMinor ?? 0) - Number(OFF);
      expect(gap).toMatchObject({ gapMinor, atLeastMinor: gapMinor, proved: true, proof: 'done', triedSeconds: 120 });
    }
  }
});

test('asked for by several at once all others follow, each once; a thread that dies does not matter', async () => {
  const before = await board(made.officer, made.award.id);
  let killed = 0;
  const post = Object.getOwnPropertyDescriptor(Worker.prototype, 'postMessage')?.value as Worker['postMessage'];
  const spy = jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message: unknown) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    post.call(this, message);
    if ((message as Task).gapAt && (killed += 1) === 1) void this.terminate();
  });
  const answers = await Promise.all([1, 2, 3].map(() => prove(made.award.id)));
  for (const step of answers) expect(step.asked).toBe(step.total);
  const step = await proved(made.award.id);
  spy.mockRestore();
  expect(step).toEqual({
    state: 'complete',
    total: step.total,
    exact: step.total,
    asked: step.total,
    done: step.total,
  });
  expect(killed).toBe(step.total);
  expect(await facts()).toBe(step.total);

  exact = await gapsOf(made.award.id);
  expect(await gapsOf(made.award.id, 2)).toEqual(exact);
  const told = exact.map(({ bidId, lot, gapMinor }) => `${bidId} ${lot} ${gapMinor}`);
  expect(told.toSorted()).toEqual(truth.map(({ bid, lot, gapMinor }) => `${bid} ${lot} ${gapMinor}`).toSorted());
  // The board itself is what it was.
  const { gaps: _before, ...same } = before;
  expect(await board(made.officer, made.award.id)).toEqual({ ...same, gaps: step });
});

test('asked for again there is nothing to do, and an answer once written stays', async () => {
  const before = await facts();
  expect(await prove(made.award.id)).toMatchObject({ state: 'complete' });
  expect(await facts()).toBe(before);
  const rows: { inputHash: string; position: number }[] = await system.source.query(
    'select input_hash as "inputHash", position from award_gap_proof limit 1',
  );
  const [place] = rows;
  if (!place) throw new Error('nothing was proved');
  await system.app.get(ProofsJobs, { strict: false }).prove(place);
  expect(await gapsOf(made.award.id)).toEqual(exact);
  await expect(system.source.query('update award_gap_proof set proved = false')).rejects.toThrow('append-only');
  await expect(system.source.query('delete from award_gap_proof')).rejects.toThrow('append-only');
});

test('another award of the same problem has the same gaps, exact ones as well', async () => {
  const again = await draftedAgain(system, made.officer, made.award);
  await made.officer.post(`${path(again.id)}/scenarios`).expect(201);
  await completeBoard(system, made.officer, again.id);
  expect(await gapsOf(again.id)).toEqual(exact);
  const refused = await made.officer.post(`${path()}/gaps/proofs`, {}).expect(409);
  expect(refused.body).toMatchObject({ code: 'award.wrong-state' });
  made = { ...made, award: again };
});

test('what is not proved in time keeps the tighter bounds of both searches, and says how long it was tried', async () => {
  const { award } = await vagueBoard({ maxWinners: 3 });
  const before = await gapsOf(award.id);
  const [first, second] = before.filter(({ gapMinor }) => gapMinor !== null);
  if (!first || !second) throw new Error('there are no two gaps');
  const found: Gap = {
    bid: first.bidId,
    lot: first.lot,
    tier: null,
    lines: first.lines,
    gapMinor: BigInt(first.gapMinor ?? 0) + 5_000n,
    atLeastMinor: 1n,
    proved: false,
  };
  const spy = jest.spyOn(service(), 'gapToWin').mockResolvedValueOnce(found);
  await prove(award.id, { bidId: first.bidId, lot: first.lot });
  await proved(award.id);
  spy.mockRejectedValueOnce(refuse('allocation.solver-lost', 'The solver failed twice.', { kind: 'unavailable' }));
  await prove(award.id, { bidId: second.bidId, lot: second.lot });
  expect(await proved(award.id)).toMatchObject({ exact: 0, asked: 2, done: 2 });
  const after = await gapsOf(award.id);
  const told = { proof: 'done', triedSeconds: 120, proved: false };
  expect(after.find(({ bidId, lot }) => bidId === first.bidId && lot === first.lot)).toEqual({
    ...first,
    ...told,
    atLeastMinor: 1,
  });
  expect(after.find(({ bidId, lot }) => bidId === second.bidId && lot === second.lot)).toEqual({ ...second, ...told });
  spy.mockRestore();
  // What was tried is not tried again.
  expect(await prove(award.id, { bidId: first.bidId, lot: first.lot })).toMatchObject({ asked: 2, done: 2 });
});

test('what nobody decides on any more is taken back, and can be asked for again', async () => {
  const { award, officer } = await vagueBoard({ maxWinners: 1 });
  const wait = gate();
  const allocation = service();
  const find = allocation.gapToWin.bind(allocation);
  const spy = jest.spyOn(allocation, 'gapToWin').mockImplementation(async (...asked) => {
    await wait.opened;
    return find(...asked);
  });
  const { total, asked } = await prove(award.id);
  expect(asked).toBe(total);
  await system.eventually(
    () => officer.get(`${path(award.id)}/gaps`),
    () => spy.mock.calls.length === 1,
  );
  const again = await draftedAgain(system, officer, award);
  wait.open();
  expect(await proved(award.id)).toEqual({ state: 'complete', total, exact: 1, asked: 1, done: 1 });
  spy.mockRestore();
  await officer.post(`${path(again.id)}/scenarios`).expect(201);
  await completeBoard(system, officer, again.id);
  expect((await board(officer, again.id)).gaps).toMatchObject({ asked: 1, exact: 1 });
  expect(await prove(again.id)).toMatchObject({ asked: total });
  expect(await proved(again.id)).toMatchObject({ exact: total, asked: total, done: total });
});

test('proofs are for an officer of the agency, of what takes part, while the award can be changed', async () => {
  for (const role of ['approver', 'auditor', 'admin', 'bidder', 'owner', 'manager'] as const) {
    const someone = await system.someone(role);
    const refused = await someone.post(`${path()}/gaps/proofs`, {}).expect(403);
    expect(refused.body).toMatchObject({ code: 'deed.forbidden' });
  }
  for (const id of [randomUUID(), made.tenderId]) {
    const refused = await made.officer.post(`${path(id)}/gaps/proofs`, {}).expect(404);
    expect(refused.body).toMatchObject({ code: 'award.not-found' });
  }
  const wrong = [
    { wish: { bidId: randomUUID() }, code: 'award.unknown-bid', at: 'bidId' },
    { wish: { lot: 'west' }, code: 'award.unknown-lot', at: 'lot' },
    { wish: { bidId: 'b1' }, code: 'input.invalid', at: 'bidId' },
  ];
  for (const { wish, code, at } of wrong) {
    const { body } = await made.officer.post(`${path()}/gaps/proofs`, wish).expect(422);
    expect(body).toMatchObject({ code, faults: [{ path: at }] });
  }
  await decided(system, made);
  const late = await made.officer.post(`${path()}/gaps/proofs`, {}).expect(409);
  expect(late.body).toMatchObject({ code: 'award.wrong-state' });
  expect(await gapsOf(made.award.id)).toEqual(exact);
});
