/**
 * The lock, the offers and the settlement in raw SQL, as somebody would write them by hand for these tables: one statement
 * per transaction (`stages-sql.ts`) that reads the lines and the prices of the tariff, counts, decides the band, and writes
 * all rows that the stage leaves behind, with the audit entries, the fact and its deliveries. It writes into copies of the
 * tables with their indexes, checks and free space, without triggers and foreign keys, and what it wrote is compared with
 * what ours has written. It knows neither capacities nor shared lines, and has the texts of contracts at hand.
 */
import pg from 'pg';
import { contentFrom, type StoredContent } from '../src/contracts/agreement-rows.js';
import { setupMonthly } from '../src/pricing/rules/all-in.js';
import { leastLines, bandReached } from '../src/pricing/rules/band.js';
import { callOffPieces } from '../src/subscriptions/rules/call-off.js';
import { classPrices } from '../src/subscriptions/rules/class-offers.js';
import { priceSteps } from '../src/subscriptions/rules/price-steps.js';
import { emptyCopies, transaction } from './floor-tables.js';
import { timed } from './report.js';
import { LOCK, OFFERS, SETTLEMENT } from './stages-sql.js';

const BESIDE = ['audit_entry', 'outbox_event', 'outbox_delivery'];

async function handlersOf(database: pg.Client, event: string): Promise<string[]> {
  const { rows } = await database.query<{ handlers: string[] }>(
    `select array_agg(handler) as handlers from outbox_delivery
     where event_id = (select max(id) from outbox_event where name = $1)`,
    [event],
  );
  return rows[0]?.handlers ?? [];
}

/** Lines from which on a statement is planned for all of them at once, as by `withManyRows`. */
const MANY_LINES = 2_000;

/** A text, or a list of names. */
type Parameter = string | readonly string[];

/**
 * Prepares a statement and has it planned before it is timed: whoever repeats it on few lines keeps its plan, and on many
 * lines its planning does not matter.
 * @param like parameters to plan it for
 * @returns what executes it
 */
async function prepared(
  database: pg.Client,
  sql: string,
  lines: number,
  like: readonly Parameter[],
): Promise<(parameters: readonly Parameter[]) => Promise<void>> {
  const few = lines < MANY_LINES;
  await database.query(`
    deallocate all; set work_mem = '64MB'; set jit = off; set enable_nestloop = ${few ? 'on' : 'off'};
    set enable_mergejoin = ${few ? 'on' : 'off'}; set plan_cache_mode = force_${few ? 'generic' : 'custom'}_plan;
    prepare stage as ${sql}`);
  const literal = (value: Parameter): string =>
    pg.escapeLiteral(typeof value === 'string' ? value : `{${value.join(',')}}`);
  const execute = (parameters: readonly Parameter[]): string => `execute stage (${parameters.map(literal).join(', ')})`;
  await database.query(`explain ${execute(like)}`);
  return async (parameters) => void (await database.query(execute(parameters)));
}

/** @throws Error when the rows of a copy are not those that ours wrote */
async function same(database: pg.Client, table: string, key: string, columns: string, of: unknown): Promise<void> {
  const rows = (schema: string): string => `select ${columns} from ${schema}.${table} where ${key} = any($1)`;
  const { rows: found } = await database.query<{ differing: number; written: number }>(
    `select (select count(*)::int from (${rows('floor')} except all ${rows('public')}) d) +
       (select count(*)::int from (${rows('public')} except all ${rows('floor')}) d) as differing,
       (select count(*)::int from (${rows('floor')}) w) as written`,
    [of],
  );
  const [answer] = found;
  if (answer?.differing !== 0 || answer.written === 0) {
    throw new Error(`raw SQL wrote other rows of ${table} than ours: ${answer?.differing} differ`);
  }
}

export async function lockRaw(database: pg.Client, poolId: string, lines: number): Promise<number> {
  await emptyCopies(database, ['pool', 'demand_cell', ...BESIDE]);
  const open = `'open', version, joining_ends_at, joining_ends_at, critical_mass, term_months, currency, opened_at`;
  await database.query(
    `insert into floor.pool (id, sequence, sponsor_id, title, state, version, joining_ends_at, due_at, critical_mass,
       term_months, currency, opened_at) overriding system value
     select id, sequence, sponsor_id, title, ${open} from pool where id = $1`,
    [poolId],
  );
  const handlers = await handlersOf(database, 'pools.locked');
  const parameters = [poolId, 'a salt of the length of ours: 12345678901', handlers];
  const lockNow = await prepared(database, LOCK, lines, parameters);
  const took = await timed(() =>
    transaction(database, async () => {
      await database.query(`select 1 from floor.pool where id = $1 and state = 'open' for update`, [poolId]);
      await lockNow(parameters);
    }),
  );
  await same(database, 'demand_cell', 'pool_id', '*', [poolId]);
  return took;
}

/** The tariffs of agreements as tables: a row per class and per band. Prices are by band, steps ascend. */
async function layOutTariffs(database: pg.Client, agreements: readonly string[]): Promise<void> {
  await database.query(`
    drop table if exists floor.band; drop table if exists floor.class; drop table if exists floor.agreement;
    create table floor.agreement (id uuid primary key, award_id uuid, bid_id uuid, number text, least_lines integer,
      least_band integer, pool_id uuid, provider_id uuid, currency text, term_months integer, due_at timestamptz);
    create table floor.band (agreement_id uuid, band integer, from_lines integer, primary key (agreement_id, band));
    create table floor.class (agreement_id uuid, cell integer, lot_code text, tier_code text, prices bigint[], steps bigint[],
      setup_minor bigint, setup_monthly bigint, open_market bigint, pieces text[],
      primary key (agreement_id, lot_code, tier_code))`);
  for (const id of agreements) {
    const { rows } = await database.query<Found>(
      `select e.content, a.content_hash as "contentHash", r.due_at as due, r.closed_at as closed, r.settled_lines as volume,
         r.settled_band as band
       from agreement_edition e join framework_agreement a on a.id = e.agreement_id and a.edition = e.edition
         join offer_round r on r.id = a.id where a.id = $1`,
      [id],
    );
    const [row] = rows;
    if (!row) throw new Error(`agreement ${id} has not settled`);
    await layOut(database, id, row);
  }
  await database.query('analyze floor.agreement, floor.band, floor.class');
}

interface Found {
  readonly content: StoredContent;
  readonly contentHash: string;
  readonly due: Date;
  readonly closed: Date;
  readonly volume: number;
  readonly band: number;
}

async function layOut(database: pg.Client, id: string, { content, ...row }: Found): Promise<void> {
  const terms = { ...contentFrom(content), contentHash: row.contentHash };
  const { tariff, cells, termMonths } = terms;
  const least = leastLines(tariff);
  const { awardId, bidId, number, poolId, providerId, currency } = terms;
  await database.query('insert into floor.agreement values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
    id,
    awardId,
    bidId,
    number,
    least,
    bandReached(tariff, least) ?? 0,
    poolId,
    providerId,
    currency,
    termMonths,
    row.due,
  ]);
  for (const [band, { from }] of tariff.bands.entries()) {
    await database.query('insert into floor.band values ($1, $2, $3)', [id, band, from]);
  }
  const settled = { settledAt: row.closed, volume: row.volume, bandFrom: tariff.bands[row.band]?.from ?? 1 };
  const steps = priceSteps(tariff, cells);
  for (const [cell, price] of classPrices(tariff, cells, row.band).entries()) {
    const { lot, tier, setup } = price;
    await database.query('insert into floor.class values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      id,
      cell,
      lot,
      tier,
      tariff.bands.map((_, band) => classPrices(tariff, cells, band)[cell]?.monthly),
      steps[cell],
      setup,
      setupMonthly(setup, termMonths),
      terms.openMarket[tier] ?? null,
      callOffPieces(terms, settled, price),
    ]);
  }
}

/** Offers of each agreement in a transaction of its own. */
export async function offersRaw(database: pg.Client, agreements: readonly string[], lines: number): Promise<number> {
  await emptyCopies(database, ['offer_round', 'offer', ...BESIDE]);
  await layOutTariffs(database, agreements);
  const handlers = await handlersOf(database, 'subscriptions.offers-made');
  const make = await prepared(database, OFFERS, lines, [agreements[0] ?? '', handlers]);
  const took = await timed(async () => {
    for (const id of agreements) await transaction(database, () => make([id, handlers]));
  });
  await same(database, 'offer', 'agreement_id', OFFERED, agreements);
  await same(database, 'offer_round', 'id', `${ROUND}, certain_lines, expected_lines`, agreements);
  return took;
}

const ROUND = 'id, pool_id, offers, offered_lines, at_most_band, expected_band';
const OFFERED = `agreement_id, line_sequence, line_id, member_id, association_id, site_reference, region_code, lot_code,
  tier_code, quantity, commitment, ceiling_monthly, present_monthly, exit_fee, open_market_monthly, at_most_monthly,
  expected_monthly, setup_minor`;

/** Settles copies of the offers as they were answered, each agreement in a transaction of its own. */
export async function settlementRaw(
  database: pg.Client,
  agreements: readonly string[],
  lines: number,
): Promise<number> {
  await emptyCopies(database, ['offer_round', 'offer', 'subscription', 'award_settled', ...BESIDE]);
  await layOutTariffs(database, agreements);
  await database.query(
    `insert into floor.offer_round (${ROUND}, provider_id, currency, term_months, state, opened_at, due_at)
     select ${ROUND}, provider_id, currency, term_months, 'open', opened_at, due_at from offer_round where id = any($1)`,
    [agreements],
  );
  await database.query(
    `insert into floor.offer (id, ${OFFERED}, limit_minor, answered_at, answered_by, answered_by_member, state)
     select id, ${OFFERED}, limit_minor, answered_at, answered_by, answered_by_member, case
       when state = 'declined' then state when limit_minor is null then 'made'
       when limit_minor >= at_most_monthly then 'accepted' else 'standing' end
     from offer where agreement_id = any($1) order by agreement_id, line_sequence`,
    [agreements],
  );
  // Members have read their offers, and the database has cleaned up behind the answers.
  await database.query('vacuum analyze floor.offer');
  const handlers = await handlersOf(database, 'subscriptions.round-settled');
  const settle = await prepared(database, SETTLEMENT, lines, [agreements[0] ?? '', handlers]);
  const took = await timed(async () => {
    for (const id of agreements) {
      await transaction(database, async () => {
        await database.query(`select 1 from floor.offer_round where id = $1 and state = 'open' for update`, [id]);
        await settle([id, handlers]);
      });
    }
  });
  await same(database, 'offer', 'agreement_id', `id, state, limit_minor, ${OFFERED}`, agreements);
  await same(database, 'subscription', 'agreement_id', SETTLED, agreements);
  await same(database, 'offer_round', 'id', `${ROUND}, state, settled_band, settled_lines`, agreements);
  return took;
}

const SETTLED = `number, offer_id, agreement_id, line_id, member_id, association_id, member_name, site_reference, region_code,
  lot_code, tier_code, quantity, monthly_minor, agreed_monthly, setup_minor, term_months, content_hash, state`;
