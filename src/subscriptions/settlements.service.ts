/** Settles a round when its deadline has passed: one price for all who agreed to it, and a contract for each line. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { transition } from '../kernel/lifecycle.js';
import { type AgreementTerms, ContractsQueries } from '../contracts/contracts.queries.js';
import { ContractsService } from '../contracts/contracts.service.js';
import { withManyRows } from '../platform/database/many-rows.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { leastLines } from '../pricing/rules/band.js';
import { type Settlement, settleVolume } from '../pricing/rules/collective-price.js';
import { CONTENT_HASH, contractNumber, MEMBER_NAME } from './call-off-sql.js';
import { callOffPieces } from './rules/call-off.js';
import { classPrices } from './rules/class-offers.js';
import { roundLifecycle } from './rules/offer-lifecycle.js';
import { acceptorsOf, type CountedStep, priceSteps } from './rules/price-steps.js';
import { roundFallen, roundSettled } from './subscriptions.events.js';

@Injectable()
export class SettlementsService {
  constructor(
    private readonly queries: ContractsQueries,
    private readonly contracts: ContractsService,
  ) {}

  /** Settles a round that is open, or lets its award fall through. Asked again, it does nothing. */
  async settle(deed: Deed, agreementId: string): Promise<void> {
    const open: unknown[] = await deed.tx.query(
      `select 1 from offer_round where id = $1 and state = 'open' and due_at <= $2 for update`,
      [agreementId, deed.now],
    );
    if (open.length === 0) return;
    const terms = await this.queries.terms(deed.tx, agreementId);
    if (terms === null) throw new Error(`agreement ${agreementId} has lost its terms`);
    const counted = await withManyRows(deed.tx, terms.lines, () => agreed(deed.tx, agreementId, terms));
    const acceptors = acceptorsOf(terms.cells, priceSteps(terms.tariff, terms.cells), counted);
    const settlement = settleVolume(terms.tariff, acceptors);
    if (settlement === null) return this.fall(deed, agreementId, terms, sum(counted.map((row) => row.lines)));

    const contracts = await withManyRows(deed.tx, terms.lines, () =>
      writeSettled(deed, agreementId, terms, settlement),
    );
    if (contracts.lines !== settlement.volume) {
      throw new Error(`agreement ${agreementId} settled at ${settlement.volume} lines, not ${contracts.lines}`);
    }
    const { band, volume, byClass } = settlement;
    const facts = { band, volume, contracts: contracts.made };
    await deed.recordAndAnnounce({ type: 'offer-round', id: agreementId }, facts, roundSettled, { agreementId });
    const served = byClass.map((each) => ({ lot: each.lot, tier: each.tier, lines: each.served }));
    await this.contracts.settled(deed, terms, served);
  }

  private async fall(deed: Deed, agreementId: string, terms: AgreementTerms, agreedLines: number): Promise<void> {
    const least = leastLines(terms.tariff);
    const why =
      `Members agreed to prices for ${agreedLines} of ${terms.lines} offered lines, and not enough of them to the ` +
      `price of any volume from ${least} lines on, the provider's least.`;
    await deed.tx.query(
      `with lapsed as (
         update offer set state = 'lapsed' where agreement_id = $1 and state in ('made', 'standing', 'accepted')
       )
       update offer_round set state = $2, closed_at = $3 where id = $1`,
      [agreementId, transition(roundLifecycle, 'open', 'fall'), deed.now],
    );
    await deed.record({ type: 'offer-round', id: agreementId }, { agreedLines, least }, why);
    await deed.announce(roundFallen, { agreementId });
    await this.contracts.fallThrough(deed, agreementId, why);
  }
}

/**
 * Lines that agreed to a price, counted by the prices they reach; step 0: to none of the tariff's. In an open round these
 * are the offers with a limit. Asked for by their states, of which hardly any offer is at any time, they would be expected
 * to be so few that the planner compares each with each class.
 */
async function agreed(tx: EntityManager, agreementId: string, terms: AgreementTerms): Promise<CountedStep[]> {
  const steps = priceSteps(terms.tariff, terms.cells);
  return tx.query(
    `with class as materialized (
       select cell, lot_code, tier_code, steps::bigint[]
       from unnest($2::integer[], $3::text[], $4::text[], $5::text[]) as c (cell, lot_code, tier_code, steps)
     )
     select c.cell, width_bucket(o.limit_minor, c.steps) as step, sum(o.quantity)::int as lines
     from offer o join class c on c.lot_code = o.lot_code and c.tier_code = o.tier_code
     where o.agreement_id = $1 and o.limit_minor is not null
     group by 1, 2`,
    [
      agreementId,
      [...steps.keys()],
      terms.cells.map((cell) => cell.lot),
      terms.cells.map((cell) => cell.tier),
      steps.map((prices) => `{${prices.join(',')}}`),
    ],
  );
}

/**
 * Closes an open round, ends every offer of it that was not declined, and makes a subscription of each that settles: one
 * statement, so that none is left between. Its offers, too, are not asked for by the states that few are in.
 */
async function writeSettled(
  { tx, now }: Deed,
  agreementId: string,
  terms: AgreementTerms,
  { band, volume }: Settlement,
): Promise<{ made: number; lines: number }> {
  const prices = classPrices(terms.tariff, terms.cells, band);
  const settled = { settledAt: now, volume, bandFrom: terms.tariff.bands[band]?.from ?? 1 };
  const rows: { made: number; lines: number }[] = await tx.query(
    `with price as (
       select lot_code, tier_code, monthly, array(select jsonb_array_elements_text(pieces)) as pieces
       from unnest($2::text[], $3::text[], $4::bigint[], $5::jsonb[]) as p (lot_code, tier_code, monthly, pieces)
     ), ended as (
       update offer o set state = case when o.limit_minor is null then 'lapsed'
                                       when o.limit_minor >= p.monthly then 'settled' else 'priced-out' end
       from price p
       where o.agreement_id = $1 and o.state <> 'declined'
         and p.lot_code = o.lot_code and p.tier_code = o.tier_code
       returning o.*
     ), s as (
       select e.*, ${MEMBER_NAME} as member_name,
              ${contractNumber('$6', 'row_number() over (order by e.line_sequence)')} as number
       from ended e join organisation m on m.id = e.member_id where e.state = 'settled'
     ), made as (
       insert into subscription (number, offer_id, agreement_id, line_id, member_id, association_id, member_name,
         site_reference, region_code, lot_code, tier_code, quantity, monthly_minor, agreed_monthly, setup_minor,
         term_months, content_hash, state, settled_at)
       select s.number, s.id, s.agreement_id, s.line_id, s.member_id, s.association_id, s.member_name,
         s.site_reference, s.region_code, s.lot_code, s.tier_code, s.quantity, p.monthly, s.limit_minor, s.setup_minor,
         $7, ${CONTENT_HASH}, 'called-off', $8
       from s join price p on p.lot_code = s.lot_code and p.tier_code = s.tier_code
       returning quantity
     ), closed as (
       update offer_round set state = $9, closed_at = $8, settled_band = $10, settled_lines = $11 where id = $1
     )
     select count(*)::int as made, coalesce(sum(quantity), 0)::int as lines from made`,
    [
      agreementId,
      prices.map((price) => price.lot),
      prices.map((price) => price.tier),
      prices.map((price) => price.monthly),
      prices.map((price) => JSON.stringify(callOffPieces(terms, settled, price))),
      `CO-${terms.number}-`,
      terms.termMonths,
      now,
      transition(roundLifecycle, 'open', 'settle'),
      band,
      volume,
    ],
  );
  return rows[0] ?? { made: 0, lines: 0 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
