/** Reads of rounds: how the offers of an agreement are answered, and what they settled at. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { notFound } from '../kernel/refusal.js';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import { SEEN, sightParameters } from './offer-rows.js';
import type { ClassView, RoundSums, RoundView, StateCount } from './rounds.dto.js';
import { classOffers, classPrices } from './rules/class-offers.js';
import { type OfferState, offerLifecycle, type RoundState } from './rules/offer-lifecycle.js';
import { type Sight, sightOf } from './rules/sight.js';
import { statesOf } from '../kernel/lifecycle.js';

/** A round without what is counted in it. */
export type RoundHead = Omit<RoundView, 'states' | 'classes' | 'sums'> & { readonly state: RoundState };

interface Counted {
  readonly lot: string;
  readonly tier: string;
  readonly state: OfferState;
  readonly commitment: 'firm' | 'interest';
  readonly offers: number;
  readonly lines: number;
}

@Injectable()
export class RoundsQueries {
  constructor(private readonly contracts: ContractsQueries) {}

  /**
   * The round of an agreement for its provider, the agency, and whoever has an offer in it or has joined it later.
   * @throws Refusal 'round.not-found'
   */
  async head(tx: EntityManager, actor: Actor, agreementId: string): Promise<RoundHead> {
    const { memberId, associationId, providerId } = sightOf(actor);
    const rows: RoundHead[] = await tx.query(
      `select r.id, r.pool_id as "poolId", r.provider_id as "providerId", r.currency, r.term_months as "termMonths",
         r.state, r.opened_at as "openedAt", r.due_at as "dueAt", r.closed_at as "closedAt", r.offers,
         r.offered_lines as "offeredLines", r.at_most_band as "atMostBand", r.expected_band as "expectedBand",
         r.certain_lines as "certainLines", r.expected_lines as "expectedLines", r.settled_band as "settledBand",
         r.settled_lines as "settledLines"
       from offer_round r
       where r.id = $1 and ($2::uuid is null or r.provider_id = $2)
         and ($3::uuid is null or exists (select from offer o where o.agreement_id = r.id and o.member_id = $3)
              or exists (select from subscription s where s.agreement_id = r.id and s.member_id = $3))
         and ($4::uuid is null or exists (select from offer o where o.agreement_id = r.id and o.association_id = $4)
              or exists (select from subscription s where s.agreement_id = r.id and s.association_id = $4))`,
      [agreementId, providerId, memberId, associationId],
    );
    if (!rows[0]) throw notFound('round');
    return rows[0];
  }

  /** @throws Refusal 'round.not-found' */
  async one(tx: EntityManager, actor: Actor, agreementId: string): Promise<RoundView> {
    const head = await this.head(tx, actor, agreementId);
    const counted: Counted[] = await tx.query(
      `select lot_code as lot, tier_code as tier, state, commitment, count(*)::int as offers, sum(quantity)::int as lines
       from offer where agreement_id = $1 group by lot_code, tier_code, state, commitment`,
      [agreementId],
    );
    return {
      ...head,
      states: statesCounted(counted),
      classes: await this.classes(tx, head, counted),
      sums: head.state === 'settled' ? await sumsOf(tx, agreementId, sightOf(actor)) : null,
    };
  }

  private async classes(tx: EntityManager, head: RoundHead, counted: readonly Counted[]): Promise<ClassView[]> {
    const terms = await this.contracts.terms(tx, head.id);
    if (terms === null) throw new Error(`agreement ${head.id} has lost its terms`);
    const settled = head.settledBand === null ? [] : classPrices(terms.tariff, terms.cells, head.settledBand);
    return classOffers(terms.tariff, terms.cells, head, terms.openMarket).map((offered, index) => {
      const { lot, tier, atMostMonthly, expectedMonthly } = offered;
      const own = counted.filter((row) => row.lot === lot && row.tier === tier);
      return {
        lot,
        tier,
        atMostMonthly,
        expectedMonthly,
        firmLines: linesOf(own.filter((row) => row.commitment === 'firm')),
        interestLines: linesOf(own.filter((row) => row.commitment === 'interest')),
        settledMonthly: settled[index]?.monthly ?? null,
        settledLines: linesOf(own.filter((row) => row.state === 'settled')),
      };
    });
  }
}

async function sumsOf(tx: EntityManager, agreementId: string, sight: Sight): Promise<RoundSums | null> {
  if (sight.providerId !== null) return null;
  const rows: RoundSums[] = await tx.query(
    `select count(*)::int as contracts, coalesce(sum(o.quantity), 0)::int as lines,
       coalesce(sum(o.quantity * s.monthly_minor), 0)::bigint as "settledMonthly",
       coalesce(sum(o.quantity * o.open_market_monthly), 0)::bigint as "openMarketMonthly",
       coalesce(sum(o.quantity * o.present_monthly), 0)::bigint as "presentMonthly",
       coalesce(sum(o.quantity) filter (where o.present_monthly is not null), 0)::int as "presentLines"
     from offer o join offer_round r on r.id = o.agreement_id join subscription s on s.offer_id = o.id
     where ${SEEN} and o.agreement_id = $4`,
    [...sightParameters(sight), agreementId],
  );
  return rows[0] ?? null;
}

function statesCounted(counted: readonly Counted[]): StateCount[] {
  return statesOf(offerLifecycle).map((state) => {
    const own = (commitment: string) => counted.filter((row) => row.state === state && row.commitment === commitment);
    const count = (rows: readonly Counted[]) => ({
      offers: rows.reduce((sum, row) => sum + row.offers, 0),
      lines: linesOf(rows),
    });
    return { state, firm: count(own('firm')), interest: count(own('interest')) };
  });
}

function linesOf(rows: readonly Counted[]): number {
  return rows.reduce((sum, row) => sum + row.lines, 0);
}
