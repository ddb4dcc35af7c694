/** A pool of very many lines, and bids for them, written straight into the tables: importing is measured elsewhere. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { Random } from '../demo/random.js';
import { type Actor, systemActor } from '../src/kernel/actor.js';
import { toJson } from '../src/kernel/canonical.js';
import { bidsFor } from './instances.js';

export const LOTS = 200;
export const TIERS = ['basic', 'fast', 'giga', 'giga-plus'] as const;
export const PROVIDERS = 10;
export const BANDS = 3;
const TERM_MONTHS = 36;

export interface ManyLines {
  readonly poolId: string;
  /** officer and approver of the agency */
  readonly people: readonly [string, string];
  /** who puts the pool out to tender */
  readonly officer: Actor;
}

/**
 * An open pool in as many regions as there shall be lots, of very different sizes as regions are. Of ten pledged lines
 * nine are one connection, the others two or three; a member has ten sites, a site one line.
 */
export async function poolOfMany(pool: pg.Pool, lines: number, lots = LOTS): Promise<ManyLines> {
  const [poolId, sponsor, agency] = [randomUUID(), randomUUID(), randomUUID()];
  const people = [randomUUID(), randomUUID()] as const;
  const client = await pool.connect();
  try {
    // What the triggers would look up row by row is made here: it fits.
    await client.query(`set session_replication_role = replica`);
    await client.query(
      `insert into organisation (id, kind, name) values ($1, 'association', 'C'), ($2, 'agency', 'A')`,
      [sponsor, agency],
    );
    await client.query(
      `insert into person (id, email, name, password_hash) select id, id || '@a.example', 'Person', '' from unnest($1::uuid[]) id`,
      [people],
    );
    await client.query(
      `insert into region (code, name) select 'L' || lpad(n::text, 4, '0'), 'Region ' || n from generate_series(0, $1 - 1) n`,
      [lots],
    );
    await client.query(
      `insert into service_tier (code, name, down_mbps, up_mbps, repair_hours) select t, t, 100, 100, 8 from unnest($1::text[]) t`,
      [TIERS],
    );
    await client.query(
      `insert into pool (id, sponsor_id, title, state, joining_ends_at, due_at, critical_mass, term_months, currency, opened_at)
       values ($1, $2, 'Pool', 'open', now() + interval '30 days', now() + interval '30 days', 1, $3, 'USD', now())`,
      [poolId, sponsor, TERM_MONTHS],
    );
    await client.query('insert into pool_region select $1, code from region', [poolId]);
    await client.query('insert into pool_tier select $1, code, 9000 from service_tier', [poolId]);
    // Chance that is the same in every run.
    await client.query(
      `create function pg_temp.part(n bigint, about integer) returns double precision immutable language sql
       return (hashint8extended(n, about) & 1073741823)::double precision / 1073741824`,
    );
    await client.query(
      `create temporary table wanted as
       select n, gen_random_uuid() as site, gen_random_uuid() as pledge,
              'L' || lpad(floor($2 * power(pg_temp.part(n, 1), 2))::text, 4, '0') as region,
              ($3::text[])[1 + width_bucket(pg_temp.part(n, 2), array[0.45, 0.75, 0.93])] as tier,
              greatest(1, ceil(20 * pg_temp.part(n, 3))::integer - 17) as quantity,
              case when pg_temp.part(n, 4) < 0.6 then 'firm' else 'interest' end as commitment
       from generate_series(1, $1::bigint) n`,
      [lines, lots, TIERS],
    );
    await client.query(
      `create temporary table wanting as
       select gen_random_uuid() as member, n from generate_series(0, $1::bigint / 10) n`,
      [lines],
    );
    await client.query(
      `insert into organisation (id, kind, name) select member, 'member', 'Member ' || n from wanting`,
    );
    await client.query(
      `insert into site (id, member_id, reference, name, region_code)
       select w.site, m.member, 'S-' || w.n, 'Shop', w.region from wanted w join wanting m on m.n = w.n / 10 order by w.n`,
    );
    await client.query(
      `insert into pledge (id, pool_id, site_id, member_id, region_code, commitment, by_member, lines, joined_at)
       select w.pledge, $1, w.site, m.member, w.region, w.commitment, true, w.quantity, now()
       from wanted w join wanting m on m.n = w.n / 10 order by w.n`,
      [poolId],
    );
    await client.query(
      `insert into pledge_line (id, pledge_id, tier_code, quantity, ceiling_monthly)
       select gen_random_uuid(), pledge, tier, quantity, case commitment when 'firm' then 9000 end from wanted order by n`,
    );
    await client.query('drop table wanted, wanting');
    await client.query('reset session_replication_role');
  } finally {
    client.release();
  }
  await pool.query('vacuum (analyze) pledge, pledge_line, site, organisation');
  const officer: Actor = {
    ...systemActor('bench'),
    personId: people[0],
    organisationId: agency,
    organisationKind: 'agency',
  };
  return { poolId, people, officer };
}

/**
 * Opened bids for a published tender. In a third of its lots a provider reaches no more than a part of the lines, so
 * that lots are shared where the award rule allows it.
 */
export async function openBids(pool: pg.Pool, tenderId: string, { people }: ManyLines, seed: number): Promise<void> {
  const demand = await pool.query<{ lot: string; lines: number }>(
    `select lot_code as lot, sum(firm_lines + interest_lines)::int as lines from lot_demand where tender_id = $1
     group by 1 order by 1`,
    [tenderId],
  );
  const { rows } = await pool.query<{ rule: string }>('select award_rule as rule from tender where id = $1', [
    tenderId,
  ]);
  const lots = demand.rows.map(({ lot }) => ({ id: lot }));
  const linesOf = new Map(demand.rows.map(({ lot, lines }) => [lot, lines]));
  const total = demand.rows.reduce((sum, { lines }) => sum + lines, 0);
  const random = new Random(seed);
  const bids = bidsFor(random, PROVIDERS, lots, TIERS, total, BANDS);
  await pool.query(
    `insert into auction (id, tender_id, state, deadline, closed_at, opened_at, opened_by, decided_at)
     values ($1, $1, 'decided', now() - interval '1 hour', now(), now(), $2, now())`,
    [tenderId, people[0]],
  );
  for (const [i, { bands, lots: covered, capacity, activation, receivedAt }] of bids.entries()) {
    const places = Object.entries(covered).map(([lot, place]) => {
      const part = random.next();
      const limited = rows[0]?.rule === 'shared' && i !== Number(lot.slice(1)) % PROVIDERS && part < 1 / 3;
      return [lot, limited ? { ...place, capacity: Math.ceil((linesOf.get(lot) ?? 0) * (part + 0.3)) } : place];
    });
    const tariff = {
      bands,
      lots: Object.fromEntries(places) as object,
      ...(capacity === undefined ? {} : { capacity }),
      ...(activation === undefined ? {} : { activation }),
    };
    const [provider, bid] = [randomUUID(), randomUUID()];
    await pool.query(`insert into organisation (id, kind, name) values ($1, 'provider', $2)`, [provider, `P${i}`]);
    await pool.query(
      `insert into sealed_bid (id, auction_id, provider_id, person_id, sequence, received_at, box, commitment,
         receipt_signature, state) values ($1, $2, $3, $4, 1, $5, '', $6, '', 'opened')`,
      [bid, tenderId, provider, people[0], receivedAt, 'ab'.repeat(32)],
    );
    const alias = `B${String(i + 1).padStart(3, '0')}`;
    await pool.query(
      `insert into auction_participant (auction_id, alias, bidder, provider_id, bid_id, name)
       values ($1, $2, $3::uuid::text, $3::uuid, $4, $2)`,
      [tenderId, alias, provider, bid],
    );
    await pool.query(
      `insert into auction_tariff (auction_id, alias, revision, by, received_at, recorded_at, tariff, salt, commitment,
         signature, evaluated_minor, sequence) values ($1, $2, 0, 'opening', $3, $3, $4, 'salt', $5, '', 0, 1)`,
      [tenderId, alias, receivedAt, toJson(tariff), 'ab'.repeat(32)],
    );
  }
}
