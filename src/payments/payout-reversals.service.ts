/**
 * What was transferred to providers through Stripe for an invoice that is not paid any more, or was credited and paid back,
 * is taken back there. What was paid by bank is made up for by the next payout.
 */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { notFound } from '../kernel/refusal.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { holdBookings, takeRepaid } from './bank-rows.js';
import { whyRefused } from './refused.js';
import { reversalEntry } from './rules/entries.js';
import { reversalLifecycle, type ReversalState } from './rules/lifecycles.js';
import { nextReversal } from './rules/reversals.js';
import { StripePayouts } from './stripe-payouts.js';

interface ReversalRow {
  readonly id: string;
  readonly payoutId: string;
  readonly transfer: string;
  readonly agencyId: string;
  readonly providerId: string;
  readonly currency: string;
  readonly number: string;
  readonly minor: Minor;
  readonly state: ReversalState;
  /** how often Stripe has refused it */
  readonly refusals: number;
}

@Injectable()
export class PayoutReversalsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly ledger: LedgerService,
    private readonly stripe: StripePayouts,
  ) {}

  /**
   * Owes the reversal of what was transferred for an invoice beyond what is payable for it now: nothing while it is not paid,
   * and what its credit notes left of it. What earlier reversals or the deductions of payouts have taken back counts. The
   * lines that lower the payout are written at once, so that no payout makes up for the same a second time.
   * @param cause what it is for: the same cause takes back once
   */
  async owe(deed: Deed, collectionId: string | null, cause: string): Promise<void> {
    if (collectionId === null) return;
    // Two invoices of one payout may be contested at once: together no more is taken back than was transferred. One that
    // gives back what was paid back for this invoice is of the same provider.
    await deed.tx.query(
      `select from payout where id in (
         select payout_id from payout_line where kind = 'invoice' and reference = $1::uuid::text
         union
         select l.payout_id from issued_invoice n
           join payout_line l on l.kind = 'credit-note' and l.reference = n.invoice_id::text
         where n.kind = 'credit-note' and n.credits_invoice_id = $1
         union
         select l.payout_id from invoice_share s join repayment r using (provider_id)
           join payout_line l on l.kind = 'repayment' and l.reference = r.id::text
         where s.invoice_id = $1)
       order by id for update`,
      [collectionId],
    );
    await deed.tx.query(
      `with about as (
         select 'invoice' as kind, $1::uuid::text as reference
         union all
         select kind, invoice_id::text from issued_invoice where kind = 'credit-note' and credits_invoice_id = $1
       ), claim as (
         select provider_id, sum(minor) as minor from payout_claim where invoice_id = $1 group by provider_id
       ), part as (
         select l.provider_id, l.minor, l.payout_id, p.claims_minor - p.reserve_minor - p.reversed_minor as left_minor,
           p.state in ('paid', 'released') as paid, p.way
         from about a join payout_line l using (kind, reference) join payout p on p.id = l.payout_id
         where p.state <> 'withdrawn'
       ), beyond as (
         select p.provider_id, sum(p.minor) - coalesce(c.minor, 0) as minor from part p left join claim c using (provider_id)
         where p.paid or p.minor < 0 group by p.provider_id, c.minor
       ), transferred as (
         select payout_id, provider_id, least(sum(minor), left_minor) as minor from part
         where paid and way = 'stripe' group by payout_id, provider_id, left_minor having least(sum(minor), left_minor) > 0
       ), back as (
         select gen_random_uuid() as id, t.payout_id, t.provider_id,
           least(t.minor, b.minor - (sum(t.minor) over (partition by t.provider_id order by t.payout_id) - t.minor)) as minor
         from transferred t join beyond b using (provider_id)
       ), owed as (
         insert into payout_reversal (id, payout_id, invoice_id, cause, minor, state, due_at, created_at)
         select id, payout_id, $1::uuid, $2, minor, 'owed', $3, $3 from back where minor > 0
         on conflict (payout_id, invoice_id, cause) do nothing returning id, payout_id, minor
       ), lowered as (
         update payout p set reversed_minor = p.reversed_minor + o.minor
         from (select payout_id, sum(minor) as minor from owed group by payout_id) o where p.id = o.payout_id
       )
       insert into payout_line (payout_id, provider_id, kind, reference, reversal_id, minor)
       select b.payout_id, b.provider_id, 'invoice', $1::uuid::text, o.id, -o.minor from owed o join back b on b.id = o.id`,
      [collectionId, cause, deed.now],
    );
  }

  /** Takes back a part of a transfer. The reversal is locked. */
  async reverse(deed: Deed, id: string): Promise<void> {
    const row = await lockReversal(deed, id);
    if (row?.state !== 'owed') return;
    const { transfer, minor, currency, refusals } = row;
    let reversal: { id: string };
    try {
      reversal = await this.stripe.reverseTransfer({ reversalId: id, refusals, transfer, minor, currency });
    } catch (error) {
      const why = whyRefused(error);
      if (why === null) throw error;
      return refused(deed, row, why.code);
    }
    await deed.tx.query(
      `update payout_reversal set state = $2, due_at = null, done_at = $3, stripe_reversal = $4, failure = null
       where id = $1`,
      [id, transition(reversalLifecycle, row.state, 'finish'), deed.now, reversal.id],
    );
    await this.ledger.post(deed, [reversalEntry({ ...row, purse: 'stripe' })]);
  }

  /**
   * Has Stripe asked again now, whatever it answered before.
   * @throws Refusal 'payout-reversal.not-found', 'payout-reversal.cannot-try' once it is done
   */
  async tryAgain(actor: Actor, id: string): Promise<{ id: string; state: ReversalState }> {
    return this.deeds.run(actor, 'payouts.try-reversal', { id }, async (deed) => {
      const row = await lockReversal(deed, id);
      if (!row || row.agencyId !== actor.organisationId) throw notFound('payout-reversal');
      const state = transition(reversalLifecycle, row.state, 'try');
      await deed.tx.query('update payout_reversal set state = $2, due_at = $3 where id = $1', [id, state, deed.now]);
      await deed.record({ type: 'payout', id: row.payoutId }, { reversalId: id, minor: row.minor });
      return { id, state };
    });
  }

  /**
   * The provider has transferred to the agency's bank what Stripe refuses to take back.
   * @throws Refusal 'payout-reversal.not-found', 'payout-reversal.cannot-pay-back' unless Stripe is asked no more by itself,
   *   'bank.booking' when it is more than the recorded booking has left
   */
  async paidBack(actor: Actor, id: string, bankReference: string): Promise<{ id: string; state: ReversalState }> {
    return this.deeds.run(actor, 'payouts.settle-reversal', { id, bankReference }, async (deed) => {
      const row = await lockReversal(deed, id);
      if (!row || row.agencyId !== actor.organisationId) throw notFound('payout-reversal');
      const state = transition(reversalLifecycle, row.state, 'pay-back');
      await holdBookings(deed.tx, row.agencyId, 'note');
      await takeRepaid(deed.tx, row.agencyId, { ...row, bankReference });
      await deed.tx.query(
        'update payout_reversal set state = $2, done_at = $3, bank_reference = $4, failure = null where id = $1',
        [id, state, deed.now, bankReference],
      );
      await this.ledger.post(deed, [reversalEntry({ ...row, purse: 'bank' })]);
      await deed.record({ type: 'payout', id: row.payoutId }, { reversalId: id, minor: row.minor, bankReference });
      return { id, state };
    });
  }
}

/** The provider's account may be empty today; whatever else it is, it stays owed until it has been asked for often enough. */
async function refused(deed: Deed, row: ReversalRow, failure: string): Promise<void> {
  const { id, payoutId, refusals } = row;
  const again = nextReversal(refusals + 1, deed.now);
  const state = again === null ? transition(reversalLifecycle, row.state, 'refuse') : row.state;
  await deed.tx.query(
    'update payout_reversal set state = $2, refusals = refusals + 1, failure = $3, due_at = $4 where id = $1',
    [id, state, failure, again],
  );
  if (again === null) await deed.record({ type: 'payout', id: payoutId }, { reversalId: id, failure });
}

async function lockReversal({ tx }: Deed, id: string): Promise<ReversalRow | null> {
  const rows: ReversalRow[] = await tx.query(
    `select r.id, r.payout_id as "payoutId", p.reference as transfer, p.agency_id as "agencyId",
       p.provider_id as "providerId", p.currency, p.number, r.minor, r.state, r.refusals
     from payout_reversal r join payout p on p.id = r.payout_id where r.id = $1 for update of r`,
    [id],
  );
  return rows[0] ?? null;
}
