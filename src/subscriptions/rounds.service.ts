/** Makes the offers of a signed agreement: one personal price per line, all in a few statements. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import { addDays } from '../kernel/period.js';
import { type AgreementTerms, ContractsQueries } from '../contracts/contracts.queries.js';
import { withManyRows } from '../platform/database/many-rows.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { setupMonthly } from '../pricing/rules/all-in.js';
import { type OfferPrices, offerPrices } from '../pricing/rules/collective-price.js';
import { classOffers } from './rules/class-offers.js';
import { acceptorsOf, type CountedStep, priceSteps } from './rules/price-steps.js';
import { offersMade } from './subscriptions.events.js';

/** Lines whose ceilings reach the same price, as the database counts them. */
interface Counted extends CountedStep {
  /** firm, with a ceiling: nobody has to answer */
  readonly certain: boolean;
  readonly offers: number;
}

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
    const counted = await withManyRows(deed.tx, terms.lines, () => count(deed.tx, terms, steps));
    const offers = sum(counted.map((c) => c.offers));
    const lines = sum(counted.map((c) => c.lines));
    if (lines !== terms.lines) {
      throw new Error(`agreement ${agreementId} is for ${terms.lines} lines, but its cells hold ${lines}`);
    }
    const acceptors = (rows: readonly Counted[]) => acceptorsOf(terms.cells, steps, rows);
    const prices = offerPrices(terms.tariff, acceptors(counted.filter((row) => row.certain)), acceptors(counted));
    // From now, not from the signature: members have their whole time, however late the offers are made.
    const dueAt = addDays(deed.now, terms.offerDays);
    await withManyRows(deed.tx, terms.lines, () =>
      writeRound(deed, agreementId, terms, { prices, dueAt, offers, lines }),
    );
    const facts = { offers, lines, ...prices, dueAt: dueAt.toISOString() };
    await deed.recordAndAnnounce({ type: 'offer-round', id: agreementId }, facts, offersMade, { agreementId });
  }
}

/**
 * The lines that the agreement's bid was awarded, with whose they are; the parameters are those of `linesParameters`. Of a
 * pledge line that two bids share it takes this one's part, with its part of the exit fee (the parts of several agreements
 * add up to the whole). A ceiling is all-in over the term, prices are compared without the set-up: `within_ceiling` is the
 * most that a line may cost a month beside its set-up, as `monthlyWithin` says, for firm lines and for those of interest
 * alike. Lines of a locked pool never change: read twice, they are the same, and need not be kept in between.
 */
const LINES = `
  line as (
    select l.line_id, l.sequence, l.member_id, l.association_id, l.member_reference, l.region_code, c.cell, a.quantity,
      l.commitment, l.ceiling_monthly, l.present_monthly,
      l.exit_fee * (a.part_from + a.quantity)::bigint / l.quantity - l.exit_fee * a.part_from::bigint / l.quantity
        as exit_fee,
      l.ceiling_monthly - least(l.ceiling_monthly, c.setup_monthly) as within_ceiling
    from awarded_line a
      join pool_line l on l.line_id = a.line_id
      join unnest($4::text[], $5::text[], $6::integer[], $7::bigint[]) as c (lot_code, tier_code, cell, setup_monthly)
        on c.lot_code = a.lot_code and c.tier_code = a.tier_code
    where a.award_id = $1 and a.bid_id = $2 and l.pool_id = $3 and l.region_code = any($8::text[])
  )`;

function linesParameters({ awardId, bidId, poolId, cells, tariff, termMonths }: AgreementTerms): unknown[] {
  return [
    awardId,
    bidId,
    poolId,
    cells.map((cell) => cell.lot),
    cells.map((cell) => cell.tier),
    cells.map((_cell, at) => at),
    cells.map((cell) => setupMonthly(tariff.lots[cell.lot]?.setup ?? 0n, termMonths)),
    [...new Set(cells.flatMap((cell) => cell.regions))],
  ];
}

async function count(
  tx: EntityManager,
  terms: AgreementTerms,
  steps: readonly (readonly Minor[])[],
): Promise<Counted[]> {
  return tx.query(
    `with ${LINES}, class as materialized (
       select cell, steps::bigint[] from unnest($6::integer[], $9::text[]) as c (cell, steps)
     )
     select cell, width_bucket(l.within_ceiling, c.steps) as step,
            l.commitment = 'firm' and l.within_ceiling is not null as certain,
            count(*)::int as offers, sum(l.quantity)::int as lines
     from line l join class c using (cell) group by 1, 2, 3`,
    [...linesParameters(terms), steps.map((prices) => `{${prices.join(',')}}`)],
  );
}

/**
 * The round and its offers, by one statement. A firm line agreed to its ceiling beforehand: when the at-most price is within
 * it, it is accepted by itself.
 */
async function writeRound(
  { tx, now }: Deed,
  agreementId: string,
  terms: AgreementTerms,
  { prices, dueAt, offers, lines }: { prices: OfferPrices; dueAt: Date; offers: number; lines: number },
): Promise<void> {
  const classes = classOffers(terms.tariff, terms.cells, prices, terms.openMarket);
  await tx.query(
    `with ${LINES}, agreed as (
       select *, case when commitment = 'firm' then within_ceiling end as limit_minor from line
     ), round as (
       insert into offer_round (id, pool_id, provider_id, currency, term_months, state, opened_at, due_at, offers,
         offered_lines, at_most_band, expected_band, certain_lines, expected_lines)
       values ($9, $3, $17, $18, $19, 'open', $20, $21, $22, $23, $24, $25, $26, $27)
     )
     insert into offer (agreement_id, line_sequence, line_id, member_id, association_id, site_reference, region_code,
       lot_code, tier_code, quantity, commitment, ceiling_monthly, present_monthly, exit_fee, open_market_monthly,
       at_most_monthly, expected_monthly, setup_minor, limit_minor, state)
     select $9, l.sequence, l.line_id, l.member_id, l.association_id, l.member_reference, l.region_code,
       c.lot_code, c.tier_code, l.quantity, l.commitment, l.ceiling_monthly, l.present_monthly, l.exit_fee,
       c.open_market, c.at_most, c.expected, c.setup, l.limit_minor,
       case when l.limit_minor is null then 'made' when l.limit_minor >= c.at_most then 'accepted' else 'standing' end
     from agreed l
       join unnest($10::integer[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[],
         $16::bigint[]) as c (cell, lot_code, tier_code, at_most, expected, setup, open_market) on c.cell = l.cell`,
    [
      ...linesParameters(terms),
      agreementId,
      classes.map((_class, at) => at),
      classes.map((c) => c.lot),
      classes.map((c) => c.tier),
      classes.map((c) => c.atMostMonthly),
      classes.map((c) => c.expectedMonthly),
      classes.map((c) => c.setup),
      classes.map((c) => c.openMarketMonthly),
      terms.providerId,
      terms.currency,
      terms.termMonths,
      now,
      dueAt,
      offers,
      lines,
      prices.atMostBand,
      prices.expectedBand,
      prices.certainVolume,
      prices.expectedVolume,
    ],
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
