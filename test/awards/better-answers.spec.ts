import { AllocationService } from '../../src/allocation/allocation.service.js';
import { System } from '../support/system.js';
import { type BoardJson, completeBoard } from './boards.js';
import { type AwardMade, draftedAgain, draftedAward } from './decided-award.js';

let system: System;
let made: AwardMade;
let board: BoardJson;
let gaps: unknown;
beforeAll(async () => {
  system = await System.start();
  made = await draftedAward(system, { terms: { maxWinners: 2 } });
  await made.officer.post(`${path(made.award.id)}/scenarios`).expect(201);
  board = await completeBoard(system, made.officer, made.award.id);
  gaps = await gapsOf(made.award.id);
});
afterAll(async () => {
  await system.stop();
});

function path(awardId: string): string {
  return `/api/v1/awards/${awardId}`;
}

async function gapsOf(awardId: string): Promise<unknown> {
  return (await made.officer.get(`${path(awardId)}/gaps?limit=200`).expect(200)).body;
}

/** As if a clock had cut these entries off before their proof; of gaps, before one of them was found. @returns how many */
async function cutOff(where: string): Promise<number> {
  const rows: { hash: string }[] = await system.source.query(
    `select distinct input_hash as hash from award_board_entry where award_id = $1 and (${where})`,
    [made.award.id],
  );
  const hashes = rows.map(({ hash }) => hash);
  await system.source.query('alter table award_solve disable trigger user');
  const cut: [unknown[], number] = await system.source.query(
    `update award_solve set status = 'feasible', total_minor = total_minor + 1000, bound_minor = 1
     where input_hash = any($1) and status = 'optimal'`,
    [hashes],
  );
  await system.source.query('alter table award_solve enable trigger user');
  await system.source.query(
    `delete from award_gap g where position = 0 and input_hash = any($1)
       and not exists (select from award_gap_proof p where p.input_hash = g.input_hash)`,
    [hashes],
  );
  return cut[1];
}

async function asked(): Promise<number> {
  const rows: { count: number }[] = await system.source.query(
    `select count(*)::int as count from outbox_delivery where handler = 'awards.solve'`,
  );
  return rows[0]?.count ?? 0;
}

test('what a clock cut off is asked again by a later board and replaced by what is proved, also where it was shown', async () => {
  const cut = await cutOff(`kind = 'without' or (kind = 'curve' and about = '50') or kind = 'gaps'`);
  const shown = (await made.officer.get(`${path(made.award.id)}/scenarios`).expect(200)).body as BoardJson;
  expect(shown.curve.find(({ percent }) => percent === 50)).toMatchObject({ status: 'feasible', proved: false });
  const before = await asked();
  const second = await draftedAgain(system, made.officer, made.award);
  const begun = await made.officer.post(`${path(second.id)}/scenarios`).expect(201);
  expect(begun.body).toMatchObject({ state: 'solving', total: board.total });
  expect((begun.body as BoardJson).done).toBeLessThanOrEqual(board.total - cut);
  const other = await completeBoard(system, made.officer, second.id);
  expect(other.scenarios).toEqual(board.scenarios);
  expect(other.curve).toEqual(board.curve);
  expect(await gapsOf(second.id)).toEqual(gaps);
  expect(await asked()).toBe(before + cut);
  expect((await made.officer.get(`${path(made.award.id)}/scenarios`).expect(200)).body).toEqual(board);
  made = { ...made, award: second };
});

test('the answer that an evaluation proved takes the place of one that was cut off, and nothing is asked', async () => {
  await cutOff(`kind = 'curve' and about = '100'`);
  const before = await asked();
  const next = await draftedAgain(system, made.officer, made.award);
  await made.officer.post(`${path(next.id)}/scenarios`).expect(201);
  const other = await completeBoard(system, made.officer, next.id);
  expect(other.curve).toEqual(board.curve);
  expect(await asked()).toBe(before);
  made = { ...made, award: next };
});

test('what is cut off again stays as it is, and the board completes; what is proved never changes', async () => {
  await cutOff(`kind = 'curve' and about = '50'`);
  const solving = jest
    .spyOn(system.app.get(AllocationService, { strict: false }), 'solve')
    .mockImplementation(async () => ({
      status: 'unknown',
      totalMinor: null,
      boundMinor: null,
      gap: null,
      awards: [],
      explanation: [],
      solveMs: 1,
    }));
  // An evaluation asks for its reasons as well, and so not in this way.
  const next = await draftedAgain(system, made.officer, made.award);
  await made.officer.post(`${path(next.id)}/scenarios`).expect(201);
  const other = await completeBoard(system, made.officer, next.id);
  expect(solving).toHaveBeenCalledTimes(1);
  solving.mockRestore();
  expect(other.curve.find(({ percent }) => percent === 50)).toMatchObject({ status: 'feasible', proved: false });
  expect(other.curve.filter(({ percent }) => percent !== 50)).toEqual(
    board.curve.filter(({ percent }) => percent !== 50),
  );
  for (const change of [
    `update award_solve set status = 'feasible' where status = 'optimal'`,
    `update award_solve set total_minor = 1 where status = 'optimal'`,
    `update award_solve set total_minor = 1 where status = 'feasible'`,
    'delete from award_solve',
    `delete from award_gap g using award_solve s where s.input_hash = g.input_hash and s.status = 'optimal'`,
  ]) {
    await expect(system.source.query(change)).rejects.toThrow('append-only');
  }
});
