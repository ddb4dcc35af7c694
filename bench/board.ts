/**
 * The whole scenario board of a tender of 20 providers and 50 lots: seconds until everything has its answer, and how
 * fast a running system answers a plain request meanwhile, against the same before and after.
 */
import { randomUUID } from 'node:crypto';
import { createApp } from '../src/app.js';
import { AllocationService } from '../src/allocation/allocation.service.js';
import type { AwardRule } from '../src/allocation/rules/problem.js';
import { boardOf, problemOf, secondsOf } from '../src/awards/rules/board.js';
import { SESSION_COOKIE } from '../src/identity/session-cookie.js';
import { readSettings } from '../src/platform/config/settings.js';
import { randomToken, sha256 } from '../src/platform/keys/keys.js';
import { type BenchGround, benchGround } from './ground.js';
import { instance } from './instances.js';
import { median, quantile, type Report } from './report.js';

const PROVIDERS = 20;
const LOTS = 50;
const SEED = 1;
/** requests before and after, one after the other with a rest between them; the first ones only warm up */
const REQUESTS = 300;
const WARM_UP = 100;
const REST_MILLIS = 20;

export async function benchBoard(report: Report, awards: readonly AwardRule[]): Promise<void> {
  const ground = await benchGround();
  // The system and its solver threads in one process: requests have nothing of their own to hide behind.
  const settings = readSettings({ DATABASE_URL: ground.url, PUMASI_LOG: 'error', PUMASI_WORKERS: 'off' });
  settings.PUMASI_SEALING_KEY = Buffer.alloc(32, 1).toString('base64');
  const app = await createApp(settings);
  try {
    await app.listen(0, '127.0.0.1');
    const ask = await asker(ground, (await app.getUrl()).replace('[::1]', '127.0.0.1'));
    const allocation = app.get(AllocationService, { strict: false });
    for (const award of awards) await benchOne(report, award, allocation, ask);
  } finally {
    await app.close();
    await ground.end();
  }
}

type Ask = () => Promise<number>;

async function benchOne(report: Report, award: AwardRule, allocation: AllocationService, ask: Ask): Promise<void> {
  const before = (await latencies(ask, (sent) => sent >= REQUESTS)).slice(WARM_UP);
  const problem = instance(PROVIDERS, LOTS, award, SEED);
  const best = await allocation.solve(problem);
  const { entries } = boardOf(problem, best.awards);
  const began = performance.now();
  let first = 0;
  let done = 0;
  let proved = 0;
  const gaps = { all: 0, found: 0, proved: 0 };
  const solving = entries.map(async ({ change }) => {
    const options = { seconds: secondsOf(change) };
    const asked = problemOf(problem, change);
    if ('gapsOf' in change) {
      const answer = await allocation.gapsToWin(asked, [change.gapsOf], options);
      gaps.all += answer.gaps.length;
      gaps.found += answer.gaps.filter((gap) => gap.proved || gap.gapMinor !== null).length;
      gaps.proved += answer.gaps.filter((gap) => gap.proved).length;
    } else {
      const { status } = await allocation.solve(asked, options);
      if (status === 'optimal' || status === 'infeasible') proved += 1;
    }
    done += 1;
    if (done === 1) first = performance.now() - began;
  });
  const meanwhile = latencies(ask, () => done === entries.length);
  await Promise.all(solving);
  const seconds = (performance.now() - began) / 1_000;
  const during = await meanwhile;
  const quiet = [...before, ...(await latencies(ask, (sent) => sent >= REQUESTS))];
  report.row('board', {
    award,
    'providers x lots': `${PROVIDERS} x ${LOTS}`,
    entries: entries.length,
    'first s': first / 1_000,
    'all s': seconds,
    aim: 'at most 180',
    'scenarios and curve proved': `${proved} of ${entries.length - PROVIDERS}`,
    'gaps proved, found': `${gaps.proved}, ${gaps.found} of ${gaps.all}`,
    'request ms': median(during),
    'quiet ms': median(quiet),
    ratio: median(during) / median(quiet),
    'p95 ms': quantile(during, 0.95),
    'quiet p95 ms': quantile(quiet, 0.95),
  });
}

/** Milliseconds of requests, one after the other, until it is enough. */
async function latencies(ask: Ask, enough: (sent: number) => boolean): Promise<number[]> {
  const millis: number[] = [];
  while (!enough(millis.length)) {
    millis.push(await ask());
    await new Promise((resolve) => {
      setTimeout(resolve, REST_MILLIS);
    });
  }
  return millis;
}

/** Somebody signed in, who asks for a page of tenders. @returns a request that tells how long it took */
async function asker({ pool }: BenchGround, base: string): Promise<Ask> {
  const [organisation, person, token] = [randomUUID(), randomUUID(), randomToken()];
  await pool.query(`insert into organisation (id, kind, name) values ($1, 'agency', 'Agency')`, [organisation]);
  await pool.query(`insert into person (id, email, name, password_hash) values ($1, 'o@a.example', 'Officer', '')`, [
    person,
  ]);
  await pool.query(`insert into membership values ($1, $2, 'officer')`, [person, organisation]);
  await pool.query(
    `insert into session (token_hash, person_id, organisation_id, expires_at) values ($1, $2, $3, now() + interval '1 hour')`,
    [sha256(token), person, organisation],
  );
  return async () => {
    const began = performance.now();
    const answer = await fetch(`${base}/api/v1/tenders`, { headers: { cookie: `${SESSION_COOKIE}=${token}` } });
    await answer.text();
    if (answer.status !== 200) throw new Error(`a request was answered with ${answer.status}`);
    return performance.now() - began;
  };
}
