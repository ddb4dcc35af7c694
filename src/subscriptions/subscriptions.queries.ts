/** Reads of subscriptions, and their call-off contracts. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import { sha256 } from '../platform/keys/keys.js';
import { placeOf, SEEN, sightParameters } from './offer-rows.js';
import { ADDRESS, SITE_OF_LINE } from './place-sql.js';
import { callOffPieces, callOffText } from './rules/call-off.js';
import { classPrices } from './rules/class-offers.js';
import { sightOf } from './rules/sight.js';
import type { SubscriptionPage, SubscriptionsQuery, SubscriptionView } from './subscriptions.dto.js';

/** A call-off contract: a text that anybody can hash. */
export interface CallOffContract {
  readonly number: string;
  readonly text: string;
  /** SHA-256 of the text in UTF-8, 64 hexadecimal digits */
  readonly hash: string;
}

const ROWS = `
  select o.id, o.number, o.offer_id as "offerId", o.agreement_id as "agreementId", r.provider_id as "providerId",
    o.member_id as "memberId", o.member_name as "memberName", o.site_reference as site,
    ${ADDRESS} as address, o.region_code as region, o.lot_code as lot, o.tier_code as tier, o.quantity, r.currency,
    o.monthly_minor as monthly, o.setup_minor as setup,
    case when $3::uuid is null then o.agreed_monthly end as "agreedMonthly", o.term_months as "termMonths", o.state,
    o.settled_at as "settledAt", o.works_on::text as "worksOn", o.ends_on::text as "endsOn",
    o.ended_on::text as "endedOn", o.why, o.content_hash as "contentHash"
  from subscription o join offer_round r on r.id = o.agreement_id ${SITE_OF_LINE} where ${SEEN}`;

/** What priced a line when its contract was concluded. */
interface Concluded {
  readonly band: number;
  readonly volume: number;
  readonly settledAt: Date;
  readonly later: boolean;
}

@Injectable()
export class SubscriptionsQueries {
  constructor(private readonly contracts: ContractsQueries) {}

  /** @throws Refusal 'subscription.not-found', also when it is somebody else's */
  async one(tx: EntityManager, actor: Actor, id: string): Promise<SubscriptionView> {
    const rows: SubscriptionView[] = await tx.query(`${ROWS} and o.id = $4`, [...sightParameters(sightOf(actor)), id]);
    if (!rows[0]) throw notFound('subscription');
    return rows[0];
  }

  /** Subscriptions that the actor may see, by agreement and in the order of their numbers. */
  async list(tx: EntityManager, actor: Actor, query: SubscriptionsQuery): Promise<SubscriptionPage> {
    const [afterAgreement, afterNumber] = placeOf(query.cursor, /^[0-9A-Za-z-]{1,60}$/);
    const rows: SubscriptionView[] = await tx.query(
      `${ROWS} and ($4::uuid is null or o.agreement_id = $4)
         and ($5::uuid is null or (o.agreement_id, o.number) > ($5, $6)) and ($7::text is null or o.state = $7)
       order by o.agreement_id, o.number limit $8`,
      [
        ...sightParameters(sightOf(actor)),
        query.agreementId ?? null,
        afterAgreement,
        afterNumber,
        query.state ?? null,
        query.limit + 1,
      ],
    );
    return pageOf(rows, query.limit, (row) => `${row.agreementId}.${row.number}`);
  }

  /**
   * The call-off contract of a subscription, written anew and held against the hash that was kept when it was concluded.
   * @throws Refusal 'subscription.not-found'; Error when it does not have that hash any more
   */
  async contract(tx: EntityManager, actor: Actor, id: string): Promise<CallOffContract> {
    const subscription = await this.one(tx, actor, id);
    const { number, agreementId, offerId, lot, tier, contentHash } = subscription;
    const terms = await this.contracts.terms(tx, agreementId);
    const rows: Concluded[] = await tx.query(
      `select coalesce(s.joined_band, r.settled_band) as band, coalesce(s.joined_lines, r.settled_lines) as volume,
         s.settled_at as "settledAt", s.offer_id is null as later
       from subscription s join offer_round r on r.id = s.agreement_id where s.id = $1`,
      [id],
    );
    const [concluded] = rows;
    if (terms === null || !concluded) throw new Error(`subscription ${id} has lost its agreement`);
    const price = classPrices(terms.tariff, terms.cells, concluded.band).find((p) => p.lot === lot && p.tier === tier);
    if (!price) throw new Error(`subscription ${id} is of no class of its agreement`);
    const bandFrom = terms.tariff.bands[concluded.band]?.from ?? 1;
    const text = callOffText(callOffPieces(terms, { ...concluded, bandFrom }, price), {
      number,
      member: subscription.memberName,
      site: subscription.site,
      region: subscription.region,
      quantity: String(subscription.quantity),
      offer: offerId ?? id,
    });
    const hash = sha256(text);
    if (hash !== contentHash) throw new Error(`the contract ${number} is not the one that was concluded`);
    return { number, text, hash };
  }
}
