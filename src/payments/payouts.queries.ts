/** Reads of payouts: a provider's own, all that the agency pays. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import type {
  PayoutLinePage,
  PayoutLineView,
  PayoutPage,
  PayoutReversalPage,
  PayoutReversalView,
  PayoutView,
} from './payouts.dto.js';

/** A provider hears of a payout once it is paid. */
const PAYOUTS = `
  select p.sequence, p.id, p.number, p.agency_id as "agencyId", p.provider_id as "providerId", p.currency, p.way,
    p.state, p.claims_minor as "claimsMinor", p.reserve_minor as "reserveMinor", p.paid_minor as "paidMinor",
    p.reversed_minor as "reversedMinor", p.proposed_at as "proposedAt", p.paid_at as "paidAt", p.due_at as "dueAt",
    p.released_at as "releasedAt", p.reference, p.failure
  from payout p where (p.agency_id = $1 or p.provider_id = $1 and p.paid_at is not null)`;

/** What is taken back of an agency's transfers. */
const REVERSALS = `
  select r.sequence, r.id, r.payout_id as "payoutId", p.number as "payoutNumber", p.provider_id as "providerId",
    r.invoice_id as "invoiceId", p.currency, r.minor, r.state, r.refusals, r.failure, r.due_at as "dueAt",
    r.created_at as "createdAt", r.done_at as "doneAt", coalesce(r.stripe_reversal, r.bank_reference) as reference
  from payout_reversal r join payout p on p.id = r.payout_id where p.agency_id = $1`;

type Sequenced<T> = T & { readonly sequence: bigint };

const NOBODY = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class PayoutsQueries {
  /** @throws Refusal 'payout.not-found', also when it is somebody else's */
  async one(tx: EntityManager, actor: Actor, id: string): Promise<PayoutView> {
    const rows: Sequenced<PayoutView>[] = await tx.query(`${PAYOUTS} and p.id = $2`, [
      actor.organisationId ?? NOBODY,
      id,
    ]);
    const [row] = rows;
    if (!row) throw notFound('payout');
    const { sequence: _order, ...shown } = row;
    return shown;
  }

  async list(
    tx: EntityManager,
    actor: Actor,
    { cursor, limit, state }: { readonly cursor?: string; readonly limit: number; readonly state?: string },
  ): Promise<PayoutPage> {
    const rows: Sequenced<PayoutView>[] = await tx.query(
      `${PAYOUTS} and p.sequence > $2 and ($4::text is null or p.state = $4) order by p.sequence limit $3`,
      [actor.organisationId ?? NOBODY, sequenceCursor(cursor), limit + 1, state ?? null],
    );
    const { items, next } = pageOf(rows, limit, ({ sequence }) => sequence.toString());
    return { items: items.map(({ sequence: _order, ...shown }) => shown), next };
  }

  /** What a payout pays, claim by claim. @throws Refusal 'payout.not-found' */
  async lines(
    tx: EntityManager,
    actor: Actor,
    id: string,
    { cursor, limit }: { readonly cursor?: string; readonly limit: number },
  ): Promise<PayoutLinePage> {
    await this.one(tx, actor, id);
    const rows: (PayoutLineView & { readonly place: string })[] = await tx.query(
      `select kind, reference, minor, place::text from (
         select l.*, row_number() over (order by kind, reference, reversal_id nulls first) as place
         from payout_line l where payout_id = $1) l
       where place > $2 order by place limit $3`,
      [id, sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, ({ place }) => place);
    return { items: items.map(({ place: _order, ...shown }) => shown), next };
  }

  /** What is taken back at Stripe, in the order in which it came to be owed; all or of one state. */
  async reversals(
    tx: EntityManager,
    actor: Actor,
    { cursor, limit, state }: { readonly cursor?: string; readonly limit: number; readonly state?: string },
  ): Promise<PayoutReversalPage> {
    const rows: Sequenced<PayoutReversalView>[] = await tx.query(
      `${REVERSALS} and r.sequence > $2 and ($4::text is null or r.state = $4) order by r.sequence limit $3`,
      [actor.organisationId ?? NOBODY, sequenceCursor(cursor), limit + 1, state ?? null],
    );
    const { items, next } = pageOf(rows, limit, ({ sequence }) => sequence.toString());
    return { items: items.map(({ sequence: _order, ...shown }) => shown), next };
  }
}
