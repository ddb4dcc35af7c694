/** Makes the offers of a signed agreement: one personal price per line, all in a few statements. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import { addDays } from '../kernel/period.js';
import { type AgreementTerms, ContractsQueries } from '../contracts/contracts.queries.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { setupMonthly } from '../pricing/rules/all-in.js';
import { type OfferPrices, offerPrices } from '../pricing/rules/collective-price.js';
import { classOffers } from './rules/class-offers.js';
import { acceptorsOf, type CountedStep, priceSteps } from './rules/price-steps.js';

/** Lines whose ceilings reach the same price, as the database counts them. */
interface Counted extends CountedStep {
  /** firm, with a ceiling: nobody has to answer */
  readonly certain: boolean;
  readonly offers: number;
}

/** Lines from which on an agreement's pledges are read all at once. */
const MANY_LINES = 2_000;

@Injectable()
export class RoundsService {
  constructor(private readonly contracts: ContractsQueries) {}

  /** Opens the round of a signed agreement. Asked again, it does nothing. */
  async open(deed: Deed, agreementId: string): Promise<void> {
    const known: unknown[] = await deed.tx.query('select 1 from offer_round where id = $1', [agreementId]);
    if (known.length > 0) return;
    const terms = await this.contracts.terms(deed.tx, agreementId);
    if (terms === null) throw new Error(`agreement ${agreementId} is signed without terms`);

    const steps = priceSteps(terms.tariff, terms.cells);
    await layOut(deed.tx, terms, WHOLE);
    let counted = await count(deed.tx, steps);
    if (!areWhole(terms.cells, counted)) {
      await deed.tx.query('drop table offered_line');
      await layOut(deed.tx, terms, DIVIDED);
      counted = await count(deed.tx, steps);
    }
    const offers = sum(counted.map((c) => c.offers));
    const lines = sum(counted.map((c) => c.lines));
    if (lines !== terms.lines) {
      throw new Error(`agreement ${agreementId} is for ${terms.lines} lines, but its cells hold ${lines}`);
    }
    const acceptors = (rows: readonly Counted[]) => acceptorsOf(terms.cells, steps, rows);
    const prices = offerPrices(terms.tariff, acceptors(counted.filter((row) => row.certain)), acceptors(counted));
    // From now, not from the signature: members have their whole time, however late the offers are made.
    const dueAt = addDays(deed.now, terms.offerDays);
    await writeRound(deed, agreementId, terms, { prices, dueAt, offers, lines });
    await writeOffers(deed.tx, agreementId, terms, prices);
    await deed.record(
      { type: 'offer-round', id: agreementId },
      { offers, lines, ...prices, dueAt: dueAt.toISOString() },
    );
  }
}

/**
 * The lines that stand before a line of its cell's lot and tier, in SQL. Most agreements win whole lots: where a cell has
 * all lines of its tier and no other agreement a part, nobody asks for the order, and sorting would be for nothing.
 */
const WHOLE = '0';
const DIVIDED = 'sum(l.quantity) over (partition by c.cell order by l.sequence rows unbounded preceding) - l.quantity';

/** Do the cells hold all lines that were found as if they did? */
function areWhole(cells: AgreementTerms['cells'], counted: readonly Counted[]): boolean {
  const demand = cells.map(() => 0);
  for (const { cell, lines } of counted) demand[cell] = (demand[cell] ?? 0) + lines;
  return cells.every(({ from, lines }, at) => from === 0 && lines === demand[at]);
}

/**
 * Finds the lines of the agreement's cells. Within a lot and tier, lines stand in the order in which they were pledged;
 * a cell covers the positions [first, first + lines), and of a pledge line that reaches across an end only the part
 * within, with its part of the exit fee (the parts of several agreements add up to the whole).
 * The pool's lines are read behind "offset 0", a fence: the planner would join the cells with one table of the view
 * first, and make every line once per region.
 * A ceiling is all-in over the term, prices are compared without the set-up: `within_ceiling` is the most that a line
 * may cost a month beside its set-up, as `monthlyWithin` says, for firm lines and for those of interest alike.
 */
async function layOut(tx: EntityManager, terms: AgreementTerms, before: string): Promise<void> {
  const { poolId, cells, tariff, termMonths } = terms;
  const many = terms.lines >= MANY_LINES;
  const places = cells.flatMap((cell, at) => cell.regions.map((region) => ({ ...cell, region, at })));
  if (many) await setLoops(tx, false);
  await tx.query(
    `create temporary table offered_line on commit drop as
     with line as (
       select l.*, c.cell, c.first, c.lines, l.ceiling_monthly - least(l.ceiling_monthly, c.setup_monthly)
                as within_ceiling,
              ${before} as position
       from (select * from pool_line
             where pool_id = $1 and region_code = any($8::text[]) and tier_code = any($9::text[]) offset 0) l
         join unnest($2::text[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::bigint[])
           as c (region_code, tier_code, cell, first, lines, setup_monthly)
           on c.region_code = l.region_code and c.tier_code = l.tier_code
     ), part as (
       select line.*, greatest(first - position, 0) as part_from, least(first + lines - position, quantity) as part_to
       from line where position < first + lines and position + quantity > first
     )
     select line_id, sequence, member_id, association_id, member_reference, region_code, cell,
            (part_to - part_from)::integer as quantity, commitment, ceiling_monthly, present_monthly,
            exit_fee * part_to::bigint / quantity - exit_fee * part_from::bigint / quantity as exit_fee,
            within_ceiling, case when commitment = 'firm' then within_ceiling end as limit_minor
     from part`,
    [
      poolId,
      places.map((place) => place.region),
      places.map((place) => place.tier),
      places.map((place) => place.at),
      places.map((place) => place.from),
      places.map((place) => place.lines),
      places.map((place) => setupMonthly(tariff.lots[place.lot]?.setup ?? 0n, termMonths)),
      [...new Set(places.map((place) => place.region))],
      [...new Set(places.map((place) => place.tier))],
    ],
  );
  if (many) await setLoops(tx, true);
}

/**
 * Until the database has looked at a large import by itself, its planner takes the pool for small, and would look up
 * pledge by pledge: for many lines that takes several times as long as reading all of them at once.
 */
async function setLoops(tx: EntityManager, allowed: boolean): Promise<void> {
  await tx.query(`select set_config('work_mem', '64MB', true), set_config('enable_nestloop', $1, true)`, [
    allowed ? 'on' : 'off',
  ]);
}

async function count(tx: EntityManager, steps: readonly (readonly Minor[])[]): Promise<Counted[]> {
  return tx.query(
    `with class as materialized (
       select cell, steps::bigint[] from unnest($1::integer[], $2::text[]) as c (cell, steps)
     )
     select cell, width_bucket(l.within_ceiling, c.steps) as step, l.limit_minor is not null as certain,
            count(*)::int as offers, sum(l.quantity)::int as lines
     from offered_line l join class c using (cell) group by 1, 2, 3`,
    [[...steps.keys()], steps.map((prices) => `{${prices.join(',')}}`)],
  );
}

async function writeRound(
  { tx, now }: Deed,
  agreementId: string,
  terms: AgreementTerms,
  round: { prices: OfferPrices; dueAt: Date; offers: number; lines: number },
): Promise<void> {
  const { prices } = round;
  await tx.query(
    `insert into offer_round (id, pool_id, provider_id, currency, term_months, state, opened_at, due_at, offers,
       offered_lines, at_most_band, expected_band, certain_lines, expected_lines)
     values ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      agreementId,
      terms.poolId,
      terms.providerId,
      terms.currency,
      terms.termMonths,
      now,
      round.dueAt,
      round.offers,
      round.lines,
      prices.atMostBand,
      prices.expectedBand,
      prices.certainVolume,
      prices.expectedVolume,
    ],
  );
}

/** A firm line agreed to its ceiling beforehand: when the at-most price is within it, it is accepted by itself. */
async function writeOffers(
  tx: EntityManager,
  agreementId: string,
  terms: AgreementTerms,
  prices: OfferPrices,
): Promise<void> {
  const classes = classOffers(terms.tariff, terms.cells, prices, terms.openMarket);
  await tx.query(
    `insert into offer (agreement_id, line_sequence, line_id, member_id, association_id, site_reference, region_code,
       lot_code, tier_code, quantity, commitment, ceiling_monthly, present_monthly, exit_fee, open_market_monthly,
       at_most_monthly, expected_monthly, setup_minor, limit_minor, state)
     select $1, l.sequence, l.line_id, l.member_id, l.association_id, l.member_reference, l.region_code,
       c.lot_code, c.tier_code, l.quantity, l.commitment, l.ceiling_monthly, l.present_monthly, l.exit_fee,
       c.open_market, c.at_most, c.expected, c.setup, l.limit_minor,
       case when l.limit_minor is null then 'made' when l.limit_minor >= c.at_most then 'accepted' else 'standing' end
     from offered_line l
       join unnest($2::integer[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
         as c (cell, lot_code, tier_code, at_most, expected, setup, open_market) on c.cell = l.cell`,
    [
      agreementId,
      classes.map((_class, at) => at),
      classes.map((c) => c.lot),
      classes.map((c) => c.tier),
      classes.map((c) => c.atMostMonthly),
      classes.map((c) => c.expectedMonthly),
      classes.map((c) => c.setup),
      classes.map((c) => c.openMarketMonthly),
    ],
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
