/** A worker that solves for a scenario board is killed without warning: nothing is lost, and nothing is there twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { readProblem } from '../../src/allocation/rules/parse-problem.js';
import type { Result } from '../../src/allocation/rules/problem.js';
import { scenariosOf } from '../../src/allocation/rules/scenarios.js';
import { writeAnswer } from '../../src/awards/board-rows.js';
import { ScenariosJobs } from '../../src/awards/scenarios.jobs.js';
import { systemActor } from '../../src/kernel/actor.js';
import { projectRoot } from '../../src/platform/config/project.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { type BoardJson, completeBoard } from '../awards/boards.js';
import { type AwardMade, awardOf, draftedAward } from '../awards/decided-award.js';
import { System } from '../support/system.js';

let system: System;
const folder = temporaryDataFolder('pumasi-board');
const workers: ChildProcess[] = [];
let made: AwardMade;
beforeAll(async () => {
  system = await System.start({ PUMASI_WORKERS: false });
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A job process on the database of this test. */
function work(): ChildProcess {
  const { url } = system.source.options as { readonly url?: string };
  const worker = spawn(process.execPath, [join(projectRoot, 'dist/src/worker.js')], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: url,
      PUMASI_DATA: folder,
      PUMASI_LOG: 'error',
      PUMASI_SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
    stdio: 'ignore',
  });
  workers.push(worker);
  return worker;
}

const UNKNOWN: Result = {
  status: 'unknown',
  totalMinor: null,
  boundMinor: null,
  gap: null,
  awards: [],
  explanation: [],
  solveMs: 0,
};

async function leased(): Promise<string[]> {
  const rows: { hash: string }[] = await system.source.query(
    `select e.payload ->> 'inputHash' as hash from outbox_delivery d join outbox_event e on e.id = d.event_id
     where d.handler = 'awards.solve' and d.handled_at is null and d.leased_until > clock_timestamp()`,
  );
  return rows.map(({ hash }) => hash);
}

/** What is still asked, gaps to win first. */
async function open(): Promise<string[]> {
  const rows: { hash: string }[] = await system.source.query(
    `select input_hash as hash from award_solve join award_board_entry using (input_hash)
     where solved_at is null order by kind <> 'gaps', position`,
  );
  return rows.map(({ hash }) => hash);
}

async function killed(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await new Promise((resolve) => {
    worker.once('exit', resolve);
  });
}

async function answers(): Promise<Map<string, object>> {
  const rows: { input_hash: string }[] = await system.source.query(
    'select * from award_solve where solved_at is not null order by input_hash',
  );
  return new Map(rows.map((row) => [row.input_hash, row]));
}

test('the question is answered once by the next worker, what was answered stays, the board completes', async () => {
  const first = work();
  made = await draftedAward(system);
  const { award, officer } = made;
  await officer.post(`/api/v1/awards/${award.id}/scenarios`).expect(201);
  while ((await leased()).length === 0) await sleep(5);
  await killed(first);
  const midway = await leased();
  expect(midway.length).toBeGreaterThan(0);
  const before = await answers();
  for (const hash of midway) expect(before.has(hash)).toBe(false);

  const half = (await officer.get(`/api/v1/awards/${award.id}/scenarios`).expect(200)).body as BoardJson;
  expect(half.state).toBe('solving');
  expect(half.done).toBeLessThan(half.total);
  const waiting = half.scenarios.filter(({ status }) => status === 'waiting');
  expect(waiting.length).toBeGreaterThan(0);
  for (const scenario of waiting) {
    expect(scenario).toMatchObject({ totalMinor: null, moreMinor: null, winners: [], proved: false, explanation: [] });
  }

  // What thirty seconds do by themselves: nobody renews the leases of the one that died.
  await system.source.query(
    'update outbox_delivery set leased_until = clock_timestamp() where leased_until is not null and handled_at is null',
  );
  work();
  work();
  const board = await completeBoard(system, officer, award.id);
  expect(board.done).toBe(board.total);
  const after = await answers();
  for (const [hash, answer] of before) expect(after.get(hash)).toEqual(answer);
  await system.settled();
  const told: { times: number }[] = await system.source.query(
    `select count(*)::int as times from audit_entry where deed = 'awards.note-complete-board' and subject_id = $1`,
    [award.id],
  );
  expect(told).toEqual([{ times: 1 }]);

  const kept: { problem: unknown }[] = await system.source.query('select problem from award_board');
  const reading = readProblem(kept[0]?.problem);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  const allocation = system.app.get(AllocationService, { strict: false });
  const best = await allocation.solve(reading.problem);
  for (const [at, { problem }] of scenariosOf(reading.problem, best.awards).entries()) {
    const { status, totalMinor } = await allocation.solve(problem);
    expect(board.scenarios[at]).toMatchObject({ status, totalMinor: totalMinor === null ? null : Number(totalMinor) });
  }
}, 180_000);

test('answered by several at once, each question has one answer, and the board is announced complete once', async () => {
  const { officer, award, tenderId, bids } = made;
  const body = { excludedBidIds: [bids[2]?.bidId], why: 'It comes too late.' };
  await officer.post(`/api/v1/awards/${award.id}/evaluate-again`, body).expect(201);
  const second = await awardOf(system, officer, tenderId, { round: 2 });
  await Promise.all(workers.map(killed));
  await officer.post(`/api/v1/awards/${second.id}/scenarios`).expect(201);
  const asked = await open();
  expect(asked.length).toBeGreaterThan(10);

  const jobs = system.app.get(ScenariosJobs, { strict: false });
  const last = asked.slice(-2);
  const others = asked.slice(0, -2);
  await Promise.all(others.flatMap((inputHash) => [jobs.solve({ inputHash }), jobs.solve({ inputHash })]));
  expect(new Set(await open())).toEqual(new Set(last));
  // The last two are written at the same moment, and neither is committed before the other is written.
  const deeds = system.app.get(Deeds, { strict: false });
  await Promise.all(
    last.map((inputHash) =>
      deeds.run(systemActor('test'), 'test.answer', null, async (deed) => {
        await writeAnswer(deed, inputHash, { result: UNKNOWN, gaps: [] });
        await sleep(500);
      }),
    ),
  );
  expect(await open()).toEqual([]);
  const announced: object[] = await system.source.query(
    `select 1 from outbox_event where name = 'awards.board-completed' and payload ->> 'awardId' = $1`,
    [second.id],
  );
  expect(announced).toHaveLength(1);
  const gaps: { some: boolean; double: boolean }[] = await system.source.query(
    `select count(*) > 0 as some, count(*) > count(distinct (e.about, lot_code, tier_code)) as double
     from award_gap join award_board_entry e using (input_hash) where e.award_id = $1`,
    [second.id],
  );
  expect(gaps).toEqual([{ some: true, double: false }]);

  work();
  const board = await completeBoard(system, officer, second.id);
  expect(board.scenarios.every(({ status }) => status !== 'waiting')).toBe(true);
}, 120_000);
