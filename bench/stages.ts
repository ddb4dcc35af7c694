/**
 * The stages of a group purchase on many lines, each against raw SQL that writes the same rows: import, lock, offers,
 * settlement. The system is the real one, played by the demonstration; the floors run behind it on the same database.
 */
import { rmSync } from 'node:fs';
import { parse } from 'csv-parse';
import pg from 'pg';
import { gather } from '../demo/cast.js';
import { type Agreement, answer, issued, offered, type Round, settle, signBoth } from '../demo/contracting.js';
import { catalogue, join as joinPool, lock, openPool } from '../demo/demand.js';
import { demoGround } from '../demo/ground.js';
import { korea } from '../demo/korea.js';
import type { Play } from '../demo/play.js';
import { Story } from '../demo/story.js';
import { type AwardAnswer, bid, decide, evaluated, open, publish } from '../demo/tendering.js';
import { temporaryDataFolder } from '../src/platform/embedded/embedded-postgres.js';
import { type Report, timed } from './report.js';

export const SIZES = [1_000, 12_000, 120_000];

export async function benchStages(report: Report, sizes: readonly number[]): Promise<void> {
  for (const members of sizes) await benchSize(report, members);
}

async function benchSize(report: Report, members: number): Promise<void> {
  const input = korea(members);
  const out = temporaryDataFolder('pumasi-bench');
  const ground = await demoGround({ bench: members, at: Date.now() }, { ...process.env, PUMASI_DATA: out });
  const database = new pg.Client({ connectionString: ground.databaseUrl });
  await database.connect();
  try {
    const story = new Story(input.currency, false);
    const { cast } = await gather(
      ground.base,
      input.bidders.map((plan) => plan.provider),
    );
    const play = { base: ground.base, input, story, cast, out, begunAt: ground.begunAt };
    await catalogue(play);
    const poolId = await openPool(play);
    const imported = await timed(() => joinPool(play, poolId));
    await lock(play, poolId);
    const tender = await publish(play, poolId, 'sealed');
    await bid(play, tender);
    await open(play, tender);
    const agreements = await oneByOne(play, await evaluated(play, tender.id));

    const jobs = await jobMillis(ground.base);
    const row = (stage: string, ours: number, floor: number): void =>
      report.row('stages', {
        businesses: members,
        stage,
        ms: ours,
        'floor ms': floor,
        ratio: ours / floor,
        aim: 'at most 2',
      });
    row('import', imported, await importFloor(database, input.linesCsv()));
    row('lock', jobs.get('pools.end-joining') ?? Number.NaN, await lockFloor(database, poolId));
    row('offers', jobs.get('subscriptions.make-offers') ?? Number.NaN, await offersFloor(database, agreements));
    row('settlement', jobs.get('subscriptions.settle') ?? Number.NaN, await settlementFloor(database, agreements));
  } finally {
    await database.end();
    await ground.end(false);
    rmSync(out, { recursive: true, force: true });
  }
}

/**
 * Offers and settlements of one agreement at a time, while nothing else is done: the times of jobs that run side by side
 * cannot be added, since each has waited for the other.
 */
async function oneByOne(play: Play, award: AwardAnswer): Promise<string[]> {
  const agreements = await issued(play, await decide(play, award));
  for (const agreement of agreements) {
    await signBoth(play, agreement);
    await offered(play, agreement);
  }
  const answered: [Agreement, Round][] = [];
  for (const agreement of agreements) answered.push([agreement, await answer(play, agreement)]);
  for (const [agreement, round] of answered) await settle(play, agreement, round);
  return agreements.map((agreement) => agreement.id);
}

/** Milliseconds that each kind of job took altogether, from the system's own metrics. */
async function jobMillis(base: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const sums = text.matchAll(/^pumasi_job_seconds_sum\{job="([^"]+)",outcome="done"\} (\S+)$/gm);
  return new Map([...sums].map(([, job = '', seconds]) => [job, Number(seconds) * 1_000]));
}

async function emptyCopies(database: pg.Client, tables: readonly string[]): Promise<void> {
  await database.query('create schema if not exists floor');
  for (const table of tables) {
    await database.query(`drop table if exists floor.${table}`);
    await database.query(`create table floor.${table} (like public.${table} including all)`);
  }
}

/** Copies of the tables, with their indexes and checks, filled by one INSERT .. SELECT each: the rows are at hand. */
async function offersFloor(database: pg.Client, agreements: readonly string[]): Promise<number> {
  await emptyCopies(database, ['offer_round', 'offer']);
  return timed(async () => {
    for (const agreement of agreements) {
      await transaction(database, async () => {
        await copy(database, 'offer_round', 'id', agreement);
        await copy(database, 'offer', 'agreement_id', agreement);
      });
    }
  });
}

async function copy(database: pg.Client, table: string, column: string, agreement: string): Promise<void> {
  await database.query(
    `insert into floor.${table} overriding system value select * from public.${table} where ${column} = $1`,
    [agreement],
  );
}

async function transaction(database: pg.Client, work: () => Promise<void>): Promise<void> {
  await database.query('begin');
  await work();
  await database.query('commit');
}

/** Reads the same file and sends the same values in batches, into copies of the same tables; judges nothing. */
async function importFloor(database: pg.Client, csv: AsyncIterable<string>): Promise<number> {
  await emptyCopies(database, ['organisation', 'association_member', 'site', 'pledge', 'pledge_line']);
  const { rows } = await database.query<{ pool_id: string; association_id: string }>(
    'select pool_id, association_id from pledge limit 1',
  );
  const [known] = rows;
  return timed(() =>
    transaction(database, async () => {
      let batch: Record<string, string>[] = [];
      const send = async (): Promise<void> => {
        await database.query(IMPORT_BATCH, [JSON.stringify(batch), known?.pool_id, known?.association_id]);
        batch = [];
      };
      const parser = parse({ columns: true });
      void (async () => {
        for await (const chunk of csv) if (!parser.write(chunk)) await new Promise((go) => parser.once('drain', go));
        parser.end();
      })();
      for await (const record of parser as AsyncIterable<Record<string, string>>) {
        batch.push(record);
        if (batch.length === 5_000) await send();
      }
      await send();
    }),
  );
}

const IMPORT_BATCH = `
  with r as materialized (
    select gen_random_uuid() as member, gen_random_uuid() as site, gen_random_uuid() as pledge, b.*
    from jsonb_to_recordset($1) as b (business_ref text, business_name text, employees integer, sector text, region text,
      service_tier text, quantity integer, current_provider text, current_down_mbps text, current_monthly text,
      max_monthly text)
  ), o as (
    insert into floor.organisation (id, kind, name) select member, 'member', business_name from r
  ), a as (
    insert into floor.association_member (association_id, member_id, reference, employees, sector)
    select $3::uuid, member, business_ref, employees, sector from r
  ), s as (
    insert into floor.site (id, member_id, reference, name, region_code)
    select site, member, business_ref, business_name, region from r
  ), p as (
    insert into floor.pledge (id, pool_id, site_id, member_id, association_id, region_code, commitment, by_member, lines,
      joined_at)
    select pledge, $2::uuid, site, member, $3::uuid, region, case when max_monthly = '' then 'interest' else 'firm' end,
      false, quantity, now() from r
  )
  insert into floor.pledge_line (id, pledge_id, tier_code, quantity, ceiling_monthly, present_provider,
    present_down_mbps, present_monthly)
  select gen_random_uuid(), pledge, service_tier, quantity, nullif(max_monthly, '')::bigint,
    nullif(current_provider, ''), nullif(current_down_mbps, '')::numeric, nullif(current_monthly, '')::bigint from r`;

async function lockFloor(database: pg.Client, poolId: string): Promise<number> {
  await emptyCopies(database, ['demand_cell']);
  return timed(() =>
    database.query(
      `insert into floor.demand_cell
       select pool_id, region_code, tier_code, coalesce(sum(quantity) filter (where commitment = 'firm'), 0),
              coalesce(sum(quantity) filter (where commitment <> 'firm'), 0)
       from pool_line where pool_id = $1 group by pool_id, region_code, tier_code`,
      [poolId],
    ),
  );
}

/** The offers' states rewritten, and the subscriptions copied. */
async function settlementFloor(database: pg.Client, agreements: readonly string[]): Promise<number> {
  await offersFloor(database, agreements);
  await emptyCopies(database, ['subscription']);
  return timed(async () => {
    for (const agreement of agreements) {
      await transaction(database, async () => {
        await database.query(
          `update floor.offer set state = state
           where agreement_id = $1 and state in ('settled', 'priced-out', 'lapsed')`,
          [agreement],
        );
        await copy(database, 'subscription', 'agreement_id', agreement);
      });
    }
  });
}
