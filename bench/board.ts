/**
 * The whole scenario board of a tender, the way an officer gets it: a system with its jobs and solver threads in one
 * process, a command, a job per entry, answers in the database. Seconds from the command until everything has its answer,
 * and how fast the same system answers a plain request from the command on, against the same before and after.
 */
import { randomUUID } from 'node:crypto';
import type { AwardRule } from '../src/allocation/rules/problem.js';
import { SESSION_COOKIE } from '../src/identity/session-cookie.js';
import { randomToken, sha256 } from '../src/platform/keys/keys.js';
import { pause } from '../src/platform/patience.js';
import type { BenchGround } from './ground.js';
import { LiveGround } from './live-ground.js';
import { median, quantile, type Report, timed } from './report.js';

export const BOARD_SIZE = { providers: 20, lots: 50 };
const SEED = 1;
/** requests before and after, one after the other with a rest between them; the first ones only warm up */
const REQUESTS = 300;
const WARM_UP = 100;
const REST_MILLIS = 20;
/** between two looks at how far the board is */
const POLL_MILLIS = 250;
/** between two words about how far the proofs are */
const TELL_MILLIS = 60_000;

export async function benchBoard(
  report: Report,
  awards: readonly AwardRule[],
  size: Readonly<typeof BOARD_SIZE>,
  proofs: boolean,
): Promise<void> {
  const ground = await LiveGround.begin(size.lots);
  try {
    const officer = await Officer.of(ground);
    for (const award of awards) {
      const { id, tenderId } = await ground.award(award, size.providers, SEED);
      const board = new AwardBoard(officer, ground.ground, id);
      await benchOne(report, award, size, board);
      if (proofs) await benchProofs(report, award, size, board);
      await ground.cancel(tenderId);
    }
  } finally {
    await ground.end();
  }
}

async function benchOne(
  report: Report,
  award: AwardRule,
  { providers, lots }: Readonly<typeof BOARD_SIZE>,
  board: AwardBoard,
): Promise<void> {
  const { officer } = board;
  const before = (await latencies(officer, (sent) => sent >= REQUESTS)).slice(WARM_UP);
  let over = false;
  const meanwhile = latencies(officer, () => over);
  const { post, first, all } = await board.made().finally(() => (over = true));
  const during = await meanwhile;
  const quiet = [...before, ...(await latencies(officer, (sent) => sent >= REQUESTS))];
  const { entries, solved, proved, gaps, found, exact } = await board.counts();
  report.row('board', {
    award,
    'providers x lots': `${providers} x ${lots}`,
    entries,
    'command ms': post,
    'first s': first / 1_000,
    'all s': all / 1_000,
    aim: 'at most 180',
    'scenarios and curve proved': `${proved} of ${solved}`,
    'gaps proved, found': `${exact}, ${found} of ${gaps}`,
    'request ms': median(during),
    'quiet ms': median(quiet),
    ratio: median(during) / median(quiet),
    'p95 ms': quantile(during, 0.95),
    'quiet p95 ms': quantile(quiet, 0.95),
    'slowest ms': Math.max(...during),
    'quiet slowest ms': Math.max(...quiet),
  });
}

/** How long it takes until every gap to win is exact that the board has left as at least and at most. */
async function benchProofs(
  report: Report,
  award: AwardRule,
  { providers, lots }: Readonly<typeof BOARD_SIZE>,
  board: AwardBoard,
): Promise<void> {
  const { exact: before } = await board.counts();
  const millis = await timed(() => board.proved());
  const { gaps, exact } = await board.counts();
  report.row('proofs of gaps', {
    award,
    'providers x lots': `${providers} x ${lots}`,
    gaps,
    'exact on the board': before,
    exact,
    'all s': millis / 1_000,
  });
}

/** Milliseconds of requests, one after the other, until it is enough. */
async function latencies(officer: Officer, enough: (sent: number) => boolean): Promise<number[]> {
  const millis: number[] = [];
  while (!enough(millis.length)) {
    millis.push(await timed(() => officer.ask('GET', 'tenders')));
    await pause(REST_MILLIS);
  }
  return millis;
}

/** Somebody of the agency who is signed in. */
class Officer {
  private constructor(
    private readonly base: string,
    private readonly token: string,
  ) {}

  static async of({ ground: { pool }, served: { base }, officer }: LiveGround): Promise<Officer> {
    const token = randomToken();
    const who = [officer.personId, officer.organisationId];
    await pool.query(`insert into membership values ($1, $2, 'officer')`, who);
    await pool.query(
      `insert into session (token_hash, person_id, organisation_id, expires_at) values ($3, $1, $2, now() + interval '1 day')`,
      [...who, sha256(token)],
    );
    return new Officer(base, token);
  }

  async ask(method: 'GET' | 'POST', path: string): Promise<unknown> {
    const answer = await fetch(`${this.base}/api/v1/${path}`, {
      method,
      headers: {
        cookie: `${SESSION_COOKIE}=${this.token}`,
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }
}

interface Counts {
  readonly entries: number;
  /** scenarios and points of the curve, and those of them that are proved */
  readonly solved: number;
  readonly proved: number;
  /** gaps to win, those that are exact or have an upper bound, and the exact ones */
  readonly gaps: number;
  readonly found: number;
  readonly exact: number;
}

class AwardBoard {
  constructor(
    readonly officer: Officer,
    private readonly ground: BenchGround,
    private readonly awardId: string,
  ) {}

  /** Has it made. @returns milliseconds of the command, until one more entry has its answer, and until all have */
  async made(): Promise<{ post: number; first: number; all: number }> {
    const path = `awards/${this.awardId}/scenarios`;
    const began = performance.now();
    const begun = (await this.officer.ask('POST', path)) as { state: string; done: number };
    const post = performance.now() - began;
    for (let first = 0; ; await pause(POLL_MILLIS)) {
      const { state, done } = (await this.officer.ask('GET', path)) as typeof begun;
      const since = performance.now() - began;
      if (first === 0 && done > begun.done) first = since;
      if (state === 'complete') return { post, first, all: since };
    }
  }

  /** Has all gaps proved, as many at once as may wait, until nothing more is to be asked for; says how far it is. */
  async proved(): Promise<void> {
    const path = `awards/${this.awardId}/gaps/proofs`;
    for (let told = performance.now(); ;) {
      const { state } = (await this.officer.ask('POST', path)) as { state: string };
      if (state === 'complete') return;
      if (performance.now() - told > TELL_MILLIS) {
        const { gaps, exact } = await this.counts();
        process.stderr.write(`${exact} of ${gaps} gaps are exact\n`);
        told = performance.now();
      }
      await pause(1_000);
    }
  }

  async counts(): Promise<Counts> {
    const { rows } = await this.ground.pool.query<Counts>(
      `with entry as (select * from award_board_entry join award_solve using (input_hash) where award_id = $1),
         gap as (select g.* from entry join award_gap g using (input_hash))
       select count(*)::int as entries, (count(*) filter (where kind <> 'gaps'))::int as solved,
              (count(*) filter (where kind <> 'gaps' and status in ('optimal', 'infeasible')))::int as proved,
              (select count(*)::int from gap) as gaps,
              (select count(*)::int from gap where proved or gap_minor is not null) as found,
              (select count(*)::int from gap left join award_gap_proof p using (input_hash, position)
               where coalesce(p.proved, gap.proved)) as exact
       from entry`,
      [this.awardId],
    );
    const [counts] = rows;
    if (!counts) throw new Error('the board has no entries');
    return counts;
  }
}
