/**
 * Raw SQL that writes the rows of each stage, which are at hand: into copies of the tables with their indexes, checks and
 * free space, without triggers, in as many transactions, on a connection as durable as ours. That of imports reads the file.
 */
import { parse } from 'csv-parse';
import type pg from 'pg';
import { emptyCopies, transaction } from './floor-tables.js';
import { timed } from './report.js';

/** Copies of the tables, with their indexes and checks, filled by one INSERT .. SELECT each: the rows are at hand. */
export async function offersFloor(database: pg.Client, agreements: readonly string[]): Promise<number> {
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

/** Reads the same file and sends the same values in batches, into copies of the same tables; judges nothing. */
export async function importFloor(database: pg.Client, poolId: string, csv: AsyncIterable<string>): Promise<number> {
  await emptyCopies(database, ['organisation', 'association_member', 'site', 'pledge', 'pledge_line']);
  const { rows } = await database.query<{ association_id: string }>(
    'select association_id from pledge where pool_id = $1 limit 1',
    [poolId],
  );
  const [known] = rows;
  return timed(() =>
    transaction(database, async () => {
      let batch: Record<string, string>[] = [];
      const send = async (): Promise<void> => {
        await database.query(IMPORT_BATCH, [JSON.stringify(batch), poolId, known?.association_id]);
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
    insert into floor.organisation (id, kind, name, created_at) select member, 'member', business_name, now() from r
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

export async function lockFloor(database: pg.Client, poolId: string): Promise<number> {
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
export async function settlementFloor(database: pg.Client, agreements: readonly string[]): Promise<number> {
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
