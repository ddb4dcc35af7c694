/** Reads of rounds: how the offers of an agreement are answered, and what they settled at. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { MAX_MINOR } from '../kernel/money.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import type { PageQuery } from '../platform/http/fields.js';
import { SEEN, sightParameters } from './offer-rows.js';
import type { ClassPage, ClassView, RoundSums, RoundView, StateCount } from './rounds.dto.js';
import { classOffers, classPrices } from './rules/class-offers.js';
import { type OfferState, offerLifecycle, type RoundState } from './rules/offer-lifecycle.js';
import { type Sight, sightOf } from './rules/sight.js';
import { statesOf } from '../kernel/lifecycle.js';

/** A round without what is counted in it. */
export type RoundHead = Omit<RoundView, 'states' | 'sums'> & { readonly state: RoundState };

interface Counted {
  readonly state: OfferState;
  readonly commitment: 'firm' | 'interest';
  readonly offers: number;
  readonly lines: number;
}

/** Lines of one class. */
type LinesOfClass = Pick<ClassView, 'lot' | 'tier' | 'firmLines' | 'interestLines' | 'settledLines'>;

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
      `select state, commitment, count(*)::int as offers, sum(quantity)::int as lines
       from offer where agreement_id = $1 group by state, commitment`,
      [agreementId],
    );
    return {
      ...head,
      states: statesCounted(counted),
      sums: head.state === 'settled' ? await sumsOf(tx, agreementId, sightOf(actor)) : null,
    };
  }

  /**
   * What lines are offered at and settled at, class by class, in the order of the agreement, which never changes; and
   * how many of them the actor may see.
   * @throws Refusal 'round.not-found'
   */
  async classes(
    tx: EntityManager,
    actor: Actor,
    agreementId: string,
    { cursor, limit }: Pick<PageQuery, 'cursor' | 'limit'>,
  ): Promise<ClassPage> {
    const head = await this.head(tx, actor, agreementId);
    const terms = await this.contracts.terms(tx, agreementId);
    if (terms === null) throw new Error(`agreement ${agreementId} has lost its terms`);
    const { tariff, cells, openMarket } = terms;
    const after = Number(sequenceCursor(cursor));
    const left = cells.map((cell, index) => ({ cell, place: index + 1 })).filter(({ place }) => place > after);
    const { items, next } = pageOf(left, limit, ({ place }) => String(place));
    const shown = items.map(({ cell }) => cell);
    const settled = head.settledBand === null ? [] : classPrices(tariff, shown, head.settledBand);
    const lines = await linesOfClasses(tx, agreementId, shown, sightOf(actor));
    const classes = classOffers(tariff, shown, head, openMarket).map((offered, index) => {
      const { lot, tier, atMostMonthly, expectedMonthly } = offered;
      const { firmLines, interestLines, settledLines } = lines.get(keyOf(offered)) ?? NO_LINES;
      const settledMonthly = settled[index]?.monthly ?? null;
      return { lot, tier, atMostMonthly, expectedMonthly, firmLines, interestLines, settledMonthly, settledLines };
    });
    return { items: classes, next };
  }
}

const NO_LINES = { firmLines: 0, interestLines: 0, settledLines: 0 };

function keyOf({ lot, tier }: { readonly lot: string; readonly tier: string }): string {
  return JSON.stringify([lot, tier]);
}

/** Only lines that somebody may see: the few of a small class would say what single businesses want and answer. */
async function linesOfClasses(
  tx: EntityManager,
  agreementId: string,
  classes: readonly { readonly lot: string; readonly tier: string }[],
  sight: Sight,
): Promise<ReadonlyMap<string, LinesOfClass>> {
  const rows: LinesOfClass[] = await tx.query(
    `select o.lot_code as lot, o.tier_code as tier,
       coalesce(sum(o.quantity) filter (where o.commitment = 'firm'), 0)::int as "firmLines",
       coalesce(sum(o.quantity) filter (where o.commitment = 'interest'), 0)::int as "interestLines",
       coalesce(sum(o.quantity) filter (where o.state = 'settled'), 0)::int as "settledLines"
     from offer o join offer_round r on r.id = o.agreement_id
     where ${SEEN} and o.agreement_id = $4
       and (o.lot_code, o.tier_code) in (select * from unnest($5::text[], $6::text[]))
     group by o.lot_code, o.tier_code`,
    [...sightParameters(sight), agreementId, classes.map(({ lot }) => lot), classes.map(({ tier }) => tier)],
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** Bills are what members say they are: however much that is together, it is told as an amount. */
function summed(monthly: string): string {
  return `least(coalesce(sum(o.quantity * ${monthly}), 0), ${MAX_MINOR})::bigint`;
}

async function sumsOf(tx: EntityManager, agreementId: string, sight: Sight): Promise<RoundSums | null> {
  if (sight.providerId !== null) return null;
  const rows: RoundSums[] = await tx.query(
    `select count(*)::int as contracts, coalesce(sum(o.quantity), 0)::int as lines,
       ${summed('s.monthly_minor')} as "settledMonthly", ${summed('o.open_market_monthly')} as "openMarketMonthly",
       ${summed('o.present_monthly')} as "presentMonthly",
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
      lines: rows.reduce((sum, row) => sum + row.lines, 0),
    });
    return { state, firm: count(own('firm')), interest: count(own('interest')) };
  });
}
