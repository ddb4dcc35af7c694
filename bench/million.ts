/**
 * From lines to awarded lines: the pool's lines are grouped into cells, the cells become a tender and a problem, the
 * problem is solved, and every line gets its winner. All of it is done by the system's own deeds, on real tables. The floor
 * is raw SQL on the same tables that only groups the lines and writes a row per line, with one provider per lot.
 */
import { createApp } from '../src/app.js';
import type { AwardRule } from '../src/allocation/rules/problem.js';
import { AwardsJobs } from '../src/awards/awards.jobs.js';
import { LinesService } from '../src/awards/lines.service.js';
import { ReasonsJobs } from '../src/awards/reasons.jobs.js';
import { systemActor } from '../src/kernel/actor.js';
import { readSettings } from '../src/platform/config/settings.js';
import { type Deed, Deeds } from '../src/platform/deeds/deeds.js';
import { PoolsJobs } from '../src/pools/pools.jobs.js';
import { TendersService } from '../src/tenders/tenders.service.js';
import { type BenchGround, benchGround } from './ground.js';
import { BANDS, LOTS, type ManyLines, openBids, poolOfMany, PROVIDERS, TIERS } from './many-lines.js';
import { median, type Report, timed } from './report.js';

export const LINES = [10_000, 100_000, 1_000_000];
const ROUNDS = 3;
/** a tender with bids of its own for each: how long a proof takes differs by more than all else */
const SEEDS = [1, 2, 3, 4, 5];

interface Stages {
  readonly tender: number;
  /** the problem is made, solved and written down, with what is soon known of its reasons */
  readonly solve: number;
  /** after that, while people read it: more exact reasons; null where it was not measured */
  readonly weighing: number | null;
  readonly proved: boolean;
  readonly lines: number;
  /** cells that more than one bid has lines of */
  readonly shared: number;
}

export async function benchMillion(
  report: Report,
  sizes: readonly number[],
  awards: readonly AwardRule[],
): Promise<void> {
  for (const lines of sizes) {
    const ground = await benchGround();
    const settings = readSettings({ DATABASE_URL: ground.url, PUMASI_LOG: 'error', PUMASI_WORKERS: 'off' });
    settings.PUMASI_SEALING_KEY = Buffer.alloc(32, 1).toString('base64');
    const app = await createApp(settings);
    try {
      const many = await poolOfMany(ground.pool, lines);
      const bench = new Many(ground, many, (token) => app.get(token, { strict: false }));
      const floor = [await bench.floor()];
      const lock = await bench.lock();
      for (const award of awards) {
        const runs: Stages[] = [];
        for (const seed of SEEDS) runs.push(await bench.award(award, seed));
        while (floor.length < ROUNDS) floor.push(await bench.floor());
        const of = (value: (run: Stages) => number): number => median(runs.map(value));
        const ours = lock + of((run) => run.tender + run.solve + run.lines);
        report.row('million', {
          lines,
          'lots x tiers': `${LOTS} x ${TIERS.length}`,
          'providers x bands': `${PROVIDERS} x ${BANDS}`,
          award,
          'cells ms': lock,
          'tender ms': of((run) => run.tender),
          'solve ms': of((run) => run.solve),
          'weighing ms, not counted': runs.find((run) => run.weighing !== null)?.weighing ?? 0,
          'longest solve ms': Math.max(...runs.map((run) => run.solve)),
          proved: `${runs.filter((run) => run.proved).length} of ${runs.length}`,
          'lines ms': of((run) => run.lines),
          'shared cells': of((run) => run.shared),
          ms: ours,
          'floor ms': median(floor),
          'ratio without solving': (lock + of((run) => run.tender + run.lines)) / median(floor),
          ratio: ours / median(floor),
          aim: lines >= 1_000_000 ? 'at most 3' : 'none: solving takes what it takes',
        });
      }
    } finally {
      await app.close();
      await ground.end();
    }
  }
}

class Many {
  constructor(
    private readonly ground: BenchGround,
    private readonly many: ManyLines,
    private readonly get: <T>(token: abstract new (...args: never[]) => T) => T,
  ) {}

  private deed<T>(work: (deed: Deed) => Promise<T>): Promise<T> {
    return this.get(Deeds).run(systemActor('bench'), 'bench', null, work);
  }

  /** The pool locks with its snapshot: lines become cells. */
  async lock(): Promise<number> {
    return timed(() => this.deed((deed) => this.get(PoolsJobs).endJoining(deed, this.many.poolId)));
  }

  async award(rule: AwardRule, seed: number): Promise<Stages> {
    const { pool } = this.ground;
    const tenders = this.get(TendersService);
    let tenderId = '';
    const drafting = await timed(async () => {
      tenderId = await this.deed((deed) => tenders.draftFor(deed, this.many.poolId));
    });
    await pool.query(
      `update tender set award_rule = $2, max_share_bp = 6000, bidding_ends_at = now() + interval '1 day'
       where id = $1`,
      [tenderId, rule],
    );
    const publishing = await timed(() => tenders.publish(this.many.officer, tenderId));
    await openBids(pool, tenderId, this.many, seed);
    const awards = this.get(AwardsJobs);
    await this.deed((deed) => awards.begin(deed, { tenderId }));
    const { rows } = await pool.query<{ id: string }>('select id from award where tender_id = $1', [tenderId]);
    const awardId = rows[0]?.id ?? '';
    const solve = await timed(() => awards.evaluate({ awardId }));
    const weighing = seed === SEEDS[0] ? await timed(() => this.get(ReasonsJobs).weigh({ awardId })) : null;
    const proved = await this.approve(awardId);
    const lines = await timed(() => this.deed((deed) => this.get(LinesService).assign(deed, awardId)));
    const shared = await this.checked(awardId);
    await pool.query(
      `update tender set state = 'cancelled', cancelled_at = now(), why_cancelled = 'measured' where id = $1`,
      [tenderId],
    );
    return { tender: drafting + publishing, solve, weighing, proved, lines, shared };
  }

  /** @returns whether the award is proved to be the cheapest */
  private async approve(awardId: string): Promise<boolean> {
    const { rows } = await this.ground.pool.query<{ status: string }>(
      `update award set state = 'final', recommended_by = $2, approved_by = $3, approved_hash = content_hash,
         standstill_ends_at = now()
       where id = $1 and solver_status in ('optimal', 'feasible') returning solver_status as status`,
      [awardId, ...this.many.people],
    );
    const [award] = rows;
    if (!award) throw new Error('the tender found no award');
    return award.status === 'optimal';
  }

  /** Every line of the pool is awarded once and whole, or the measurement is worth nothing. @returns shared cells */
  private async checked(awardId: string): Promise<number> {
    const { rows } = await this.ground.pool.query<{ wrong: number; shared: number }>(
      `select (select count(*) from pledge_line l full join
                (select line_id, sum(quantity) as quantity from award_line where award_id = $1 group by 1) a
                  on a.line_id = l.id
              where l.quantity is distinct from a.quantity)::int as wrong,
              (select count(*) from (select from award_line where award_id = $1 group by lot_code, tier_code
                having count(distinct bid_id) > 1) c)::int as shared`,
      [awardId],
    );
    const [found] = rows;
    if (found?.wrong !== 0) throw new Error(`${found?.wrong} lines are not awarded as they were pledged`);
    return found.shared;
  }

  /** Groups the lines into cells, and writes for each the award and bid of its lot: two statements, same tables. */
  async floor(): Promise<number> {
    const { pool } = this.ground;
    const client = await pool.connect();
    try {
      await client.query('create schema if not exists floor');
      for (const table of ['demand_cell', 'award_line']) {
        await client.query(`drop table if exists floor.${table}`);
        await client.query(`create table floor.${table} (like public.${table} including all)`);
      }
      await client.query('drop table if exists floor.winner');
      await client.query(
        `create table floor.winner as select code as region_code, gen_random_uuid() as bid_id from region`,
      );
      await client.query('analyze floor.winner');
      return await timed(async () => {
        await client.query('begin');
        await client.query(`set local work_mem = '64MB'`);
        await client.query(
          `insert into floor.demand_cell
           select p.pool_id, p.region_code, l.tier_code,
                  coalesce(sum(l.quantity) filter (where p.commitment = 'firm'), 0),
                  coalesce(sum(l.quantity) filter (where p.commitment = 'interest'), 0)
           from pledge p join pledge_line l on l.pledge_id = p.id where p.pool_id = $1 group by 1, 2, 3`,
          [this.many.poolId],
        );
        await client.query(
          `insert into floor.award_line
           select $1::uuid, w.bid_id, l.sequence, l.id, p.region_code, l.tier_code, 0, l.quantity
           from pledge p join pledge_line l on l.pledge_id = p.id join floor.winner w using (region_code)
           where p.pool_id = $1`,
          [this.many.poolId],
        );
        await client.query('commit');
      });
    } finally {
      client.release();
    }
  }
}
