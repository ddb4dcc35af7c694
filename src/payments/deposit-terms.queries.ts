/** What accepting an offer asks for beside its price, told before anybody accepts: a deposit, and how it is collected. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BillingQueries } from '../billing/billing.queries.js';
import type { Actor } from '../kernel/actor.js';
import { notFound } from '../kernel/refusal.js';
import { OffersQueries } from '../subscriptions/offers.queries.js';
import type { OfferDepositView } from './deposits.dto.js';
import { isTakenBy, type MethodKind } from './rules/method-kinds.js';
import { StripeGateway } from './stripe-gateway.js';

interface Offered {
  readonly agencyId: string;
  readonly currency: string;
  readonly quantity: number;
  readonly kind: MethodKind | null;
}

@Injectable()
export class DepositTermsQueries {
  constructor(
    private readonly billing: BillingQueries,
    private readonly offers: OffersQueries,
    private readonly gateway: StripeGateway,
  ) {}

  /**
   * The deposit of an offer of the member's own, or of the agency's, by the terms of today: 0 when none is asked for. An
   * association that brought the line, and may answer for it, reads how much it is, and not how its member pays.
   * @throws Refusal 'offer.not-found', also when it is somebody else's
   */
  async ofOffer(tx: EntityManager, actor: Actor, offerId: string): Promise<OfferDepositView> {
    const answering = actor.organisationKind === 'association';
    // Whose offers an association may see, and answer, is told by the offers themselves.
    if (answering) await this.offers.one(tx, actor, offerId);
    const side = answering ? null : actor.organisationKind === 'agency' ? 'agency_id' : 'member_id';
    const rows: Offered[] = await tx.query(
      `select o.agency_id as "agencyId", o.currency::text as currency, o.quantity,
         (select m.kind from member_payment_method m where m.member_id = o.member_id) as kind
       from agreement_offer o where o.offer_id = $1 ${side === null ? '' : `and o.${side} = $2`}`,
      side === null ? [offerId] : [offerId, actor.organisationId],
    );
    const [offered] = rows;
    if (!offered) throw notFound('offer');
    const { agencyId, currency, quantity, kind } = offered;
    const { depositMinor } = await this.billing.terms(tx, agencyId, currency);
    const minor = depositMinor * BigInt(quantity);
    const charged = this.gateway.on && kind !== null && minor > 0n && isTakenBy(kind, minor, currency);
    return { offerId, currency, minor, way: answering ? null : charged ? 'stripe' : 'bank' };
  }
}
