/** A worker that solves for a scenario board is killed without warning: nothing is lost, and nothing is there twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { readProblem } from '../../src/allocation/rules/parse-problem.js';
import { scenariosOf } from '../../src/allocation/rules/scenarios.js';
import { projectRoot } from '../../src/platform/config/project.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { type BoardJson, completeBoard } from '../awards/boards.js';
import { draftedAward } from '../awards/decided-award.js';
import { System } from '../support/system.js';

let system: System;
const folder = temporaryDataFolder('pumasi-board');
const workers: ChildProcess[] = [];
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

async function leased(): Promise<string[]> {
  const rows: { hash: string }[] = await system.source.query(
    `select e.payload ->> 'inputHash' as hash from outbox_delivery d join outbox_event e on e.id = d.event_id
     where d.handler = 'awards.solve' and d.handled_at is null and d.leased_until > clock_timestamp()`,
  );
  return rows.map(({ hash }) => hash);
}

async function answers(): Promise<Map<string, object>> {
  const rows: { input_hash: string }[] = await system.source.query(
    'select * from award_solve where solved_at is not null order by input_hash',
  );
  return new Map(rows.map((row) => [row.input_hash, row]));
}

test('the question is answered once by the next worker, what was answered stays, the board completes', async () => {
  const first = work();
  const { award, officer } = await draftedAward(system);
  await officer.post(`/api/v1/awards/${award.id}/scenarios`).expect(201);
  while ((await leased()).length === 0) await sleep(5);
  first.kill('SIGKILL');
  await new Promise((resolve) => {
    first.once('exit', resolve);
  });
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
