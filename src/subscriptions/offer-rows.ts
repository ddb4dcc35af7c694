/** An offer as the database holds it, and as members see it. */
import type { Minor } from '../kernel/money.js';
import { noCursor } from '../kernel/page.js';
import { betterOff } from '../pricing/rules/better-off.js';
import type { OfferView } from './offers.dto.js';
import type { OfferState } from './rules/offer-lifecycle.js';
import type { Sight } from './rules/sight.js';

export interface OfferRow {
  readonly id: string;
  readonly agreementId: string;
  readonly sequence: bigint;
  readonly providerId: string;
  readonly memberId: string;
  readonly site: string;
  readonly region: string;
  readonly lot: string;
  readonly tier: string;
  readonly quantity: number;
  readonly commitment: 'firm' | 'interest';
  readonly ceilingMonthly: Minor | null;
  readonly presentMonthly: Minor | null;
  readonly exitFee: Minor | null;
  readonly openMarketMonthly: Minor | null;
  readonly atMostMonthly: Minor;
  readonly expectedMonthly: Minor;
  readonly setup: Minor;
  readonly limitMonthly: Minor | null;
  readonly state: OfferState;
  readonly answeredAt: Date | null;
  readonly currency: string;
  readonly termMonths: number;
  readonly dueAt: Date;
  readonly settledMonthly: Minor | null;
  readonly subscriptionId: string | null;
}

/** Offers as OfferRows, of the tables o (offer) and r (its round). */
export const OFFER_ROWS = `
  select o.id, o.agreement_id as "agreementId", o.line_sequence as sequence, r.provider_id as "providerId",
    o.member_id as "memberId", o.site_reference as site, o.region_code as region, o.lot_code as lot,
    o.tier_code as tier, o.quantity, o.commitment, o.ceiling_monthly as "ceilingMonthly",
    o.present_monthly as "presentMonthly", o.exit_fee as "exitFee", o.open_market_monthly as "openMarketMonthly",
    o.at_most_monthly as "atMostMonthly", o.expected_monthly as "expectedMonthly", o.setup_minor as setup,
    o.limit_minor as "limitMonthly", o.state, o.answered_at as "answeredAt", r.currency,
    r.term_months as "termMonths", r.due_at as "dueAt", s.monthly_minor as "settledMonthly", s.id as "subscriptionId"
  from offer o join offer_round r on r.id = o.agreement_id left join subscription s on s.offer_id = o.id`;

/** The condition that keeps to what somebody may see; the parameters are those of `sightParameters`. */
export const SEEN = `($1::uuid is null or o.member_id = $1) and ($2::uuid is null or o.association_id = $2)
  and ($3::uuid is null or r.provider_id = $3)`;

export function sightParameters({ memberId, associationId, providerId }: Sight): (string | null)[] {
  return [memberId, associationId, providerId];
}

export function viewOf(offer: OfferRow, providerName: string): OfferView {
  const { sequence: _order, presentMonthly: _bill, openMarketMonthly: _market, ...shown } = offer;
  return { ...shown, providerName, betterOff: betterOff(offer) };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Where a page goes on: an agreement, and a place within it, joined by a dot.
 * @param shape what a place within an agreement looks like
 * @throws Refusal 'page.cursor' for what is not the `next` of a page
 */
export function placeOf(cursor: string | undefined, shape: RegExp): [agreement: string | null, within: string | null] {
  if (cursor === undefined) return [null, null];
  const [agreement = '', within = '', ...rest] = cursor.split('.');
  if (!UUID.test(agreement) || !shape.test(within) || rest.length > 0) {
    throw noCursor();
  }
  return [agreement, within];
}
