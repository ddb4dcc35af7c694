/**
 * Pays out by hand what is left of service credits when no charge is left that could be lowered by it. The agency transfers
 * it in its provider's place, whose next payout makes up for it.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { LeftCreditsService } from '../billing/left-credits.service.js';
import type { Actor } from '../kernel/actor.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound, refuse } from '../kernel/refusal.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { LeftCreditPaymentPage, LeftCreditPaymentView, PayLeftCredit } from './left-credit-payments.dto.js';
import { leftCreditEntry } from './rules/entries.js';

/** Parameter: the agency. */
const PAID = `
  select p.sequence, p.credit_id as "creditId", p.subscription_number as "subscriptionNumber", p.member_id as "memberId",
    o.name as "memberName", p.provider_id as "providerId", p.currency::text as currency, p.minor,
    p.bank_reference as "bankReference", p.paid_at as "paidAt"
  from left_credit_payment p join organisation o on o.id = p.member_id where p.agency_id = $1`;

type Sequenced = LeftCreditPaymentView & { readonly sequence: bigint };

@Injectable()
export class LeftCreditPaymentsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly leftCredits: LeftCreditsService,
    private readonly ledger: LedgerService,
  ) {}

  /** What the actor's agency has paid out, in the order in which it did. */
  async list(tx: EntityManager, actor: Actor, { cursor, limit }: PageQuery): Promise<LeftCreditPaymentPage> {
    const rows: Sequenced[] = await tx.query(`${PAID} and p.sequence > $2::bigint order by p.sequence limit $3`, [
      actor.organisationId,
      sequenceCursor(cursor),
      limit + 1,
    ]);
    const { items, next } = pageOf(rows, limit, (row) => String(row.sequence));
    return { items: items.map(shown), next };
  }

  /**
   * An officer has transferred what is left of a credit, and says under which booking. Said again, it does nothing.
   * @throws Refusal 'left-credit.not-found', 'left-credit.given-back', 'left-credit.amount', 'left-credit.paid-out'
   */
  async payOut(actor: Actor, creditId: string, wish: PayLeftCredit): Promise<LeftCreditPaymentView> {
    const { minor, bankReference } = wish;
    return this.deeds.run(actor, 'billing.pay-left-credit', { creditId, minor, bankReference }, async (deed) => {
      const left = await this.leftCredits.settle(deed, actor.organisationId, creditId, minor);
      if (left === null) return alreadyPaid(await paidOf(deed, actor, creditId), wish);
      await deed.tx.query(
        `insert into left_credit_payment (credit_id, agency_id, provider_id, member_id, currency, subscription_number, minor,
           bank_reference, paid_at, paid_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          creditId,
          left.agencyId,
          left.providerId,
          left.memberId,
          left.currency,
          left.number,
          minor,
          bankReference,
          deed.now,
          actor.personId,
        ],
      );
      await this.ledger.post(deed, [leftCreditEntry({ ...left, id: creditId, minor })]);
      await deed.record({ type: 'subscription', id: left.subscriptionId }, { creditId, minor, bankReference });
      const paid = await paidOf(deed, actor, creditId);
      if (paid === null) throw notFound('left-credit');
      return paid;
    });
  }
}

/** Whoever says the same again is told the same. @throws Refusal when it is something else, or there is none */
function alreadyPaid(
  paid: LeftCreditPaymentView | null,
  { minor, bankReference }: PayLeftCredit,
): LeftCreditPaymentView {
  if (paid === null) throw notFound('left-credit');
  if (paid.minor === minor && paid.bankReference === bankReference) return paid;
  throw refuse(
    'left-credit.paid-out',
    `It was paid out already: ${paid.minor} minor units of ${paid.currency} as ${paid.bankReference}. Nothing is left to pay.`,
    { kind: 'conflict' },
  );
}

async function paidOf({ tx }: Deed, actor: Actor, creditId: string): Promise<LeftCreditPaymentView | null> {
  const rows: Sequenced[] = await tx.query(`${PAID} and p.credit_id = $2`, [actor.organisationId, creditId]);
  return rows[0] ? shown(rows[0]) : null;
}

function shown({ sequence: _order, ...seen }: Sequenced): LeftCreditPaymentView {
  return seen;
}
