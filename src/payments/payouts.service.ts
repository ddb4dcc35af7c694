/** Paying providers what their members have paid. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BillingQueries } from '../billing/billing.queries.js';
import type { Actor } from '../kernel/actor.js';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { addDays } from '../kernel/period.js';
import { notFound, type Refusal, refuse, unless } from '../kernel/refusal.js';
import { LedgerQueries } from '../ledger/ledger.queries.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { planFor } from '../platform/database/many-rows.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { ceased, holdClaims, layOut, lockPayout, overpaidTo, type PayoutRow } from './payout-rows.js';
import { PayoutReversalsService } from './payout-reversals.service.js';
import { RETRY_MILLIS, whyRefused } from './refused.js';
import { payoutEntries, releaseEntry } from './rules/entries.js';
import { payoutLifecycle, type PayoutState } from './rules/lifecycles.js';
import { kept, whyNotWithdraw } from './rules/payout.js';
import { StripePayouts } from './stripe-payouts.js';
import type { TransferState } from './stripe-states.js';

/** A payout as its deeds answer. */
export interface PayoutStep {
  readonly id: string;
  readonly state: PayoutState;
}

/** What an officer proposes; by bank, also where there would be enough at Stripe. */
export interface PayoutWish {
  readonly providerId: string;
  readonly currency: string;
  readonly way?: 'bank';
}

/** From here on the planner is told that there are many. */
const MANY = 10_000;

@Injectable()
export class PayoutsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly ledger: LedgerService,
    private readonly accounts: LedgerQueries,
    private readonly billing: BillingQueries,
    private readonly stripe: StripePayouts,
    private readonly reversals: PayoutReversalsService,
  ) {}

  /**
   * Proposes to pay a provider all that has become payable and is not paid out yet, less what has ceased to be: through
   * Stripe where its account takes it and there is enough of the agency's, otherwise by bank.
   * @throws Refusal 'payout.nothing' when that is nothing
   */
  async propose(actor: Actor, wish: PayoutWish): Promise<PayoutStep> {
    return this.deeds.run(actor, 'payouts.propose', { ...wish }, async (deed) => {
      const { providerId, currency } = wish;
      const agencyId = actor.organisationId ?? '';
      await holdClaims(deed.tx, agencyId, providerId, currency);
      await planFor(deed.tx, MANY);
      await layOut(deed.tx, agencyId, providerId, currency);
      const sums: { claims: Minor; earned: Minor; lines: number }[] = await deed.tx.query(
        `select coalesce(sum(minor), 0)::bigint as claims, count(*)::int as lines,
           coalesce(sum(minor) filter (where kind <> 'reserve'), 0)::bigint as earned from payable_claim`,
      );
      const { claims = 0n, earned = 0n, lines = 0 } = sums[0] ?? {};
      if (claims <= 0n) throw nothing(currency, await overpaidTo(deed.tx, agencyId, providerId, currency));
      const terms = await this.billing.terms(deed.tx, agencyId, currency);
      const reserve = kept(earned, terms.reserveBp);
      const way = wish.way ?? (await this.wayOf(deed.tx, agencyId, wish, claims - reserve));
      const made: { id: string; number: string }[] = await deed.tx.query(
        `insert into payout (agency_id, provider_id, currency, way, state, claims_minor, reserve_minor, reserve_days,
           proposed_at)
         values ($1, $2, $3, $4, 'proposed', $5, $6, $7, $8) returning id, number`,
        [agencyId, providerId, currency, way, claims, reserve, terms.reserveDays, deed.now],
      );
      const id = made[0]?.id ?? '';
      await deed.tx.query(
        `insert into payout_line (payout_id, provider_id, kind, reference, minor)
         select $1, $2, kind, reference, minor from payable_claim order by kind, reference`,
        [id, providerId],
      );
      await deed.record({ type: 'payout', id }, { providerId, currency, claims, reserve, lines });
      return { id, state: payoutLifecycle.initial };
    });
  }

  /**
   * Pays a proposed payout, or one that Stripe refused, once more: through Stripe, or by a transfer that the officer has made and names the booking of.
   * @throws Refusal 'payout.not-found', 'payout.reference', 'payout.cannot-...'
   */
  async pay(actor: Actor, id: string, bankReference: string | null): Promise<PayoutStep> {
    return this.deeds.run(actor, 'payouts.pay', { id, bankReference }, async (deed) => {
      const row = await this.own(deed, actor, id);
      if (row.way === 'stripe') {
        const state = transition(payoutLifecycle, row.state, 'transfer');
        await deed.tx.query('update payout set state = $2, due_at = $3, failure = null where id = $1', [
          id,
          state,
          deed.now,
        ]);
        await deed.record({ type: 'payout', id }, { minor: row.paidMinor });
        return { id, state };
      }
      transition(payoutLifecycle, row.state, 'pay');
      if (bankReference === null) {
        throw refuse(
          'payout.reference',
          'Transfer it, then give the bank’s reference of the booking as bankReference.',
        );
      }
      await this.paid(deed, row, bankReference);
      await deed.record({ type: 'payout', id }, { minor: row.paidMinor, bankReference });
      return { id, state: 'paid' };
    });
  }

  /**
   * Takes a proposal back, what Stripe refused, or what waits for money to be available there, once it is sure that nothing
   * was transferred.
   * @throws Refusal 'payout.not-found', 'payout.cannot-withdraw', 'payout.being-transferred', 'payout.transferred', 'stripe.off'
   */
  async withdraw(actor: Actor, id: string, why: string): Promise<PayoutStep> {
    return this.deeds.run(actor, 'payouts.withdraw', { id, why }, async (deed) => {
      const row = await this.own(deed, actor, id);
      const state = transition(payoutLifecycle, row.state, 'withdraw');
      unless(whyNotWithdraw(row, deed.now));
      // Who writes down that it was transferred needs this row: whatever is at Stripe by now is all that ever will be.
      const made = row.way === 'stripe' && row.state !== 'proposed' ? await this.stripe.transferOf(id) : null;
      if (made) {
        throw refuse(
          'payout.transferred',
          `Stripe has transferred it already (${made.id}). It is written down when Stripe is asked again: by itself, or when it is paid once more.`,
        );
      }
      await deed.tx.query('update payout set state = $2, due_at = null where id = $1', [id, state]);
      await deed.record({ type: 'payout', id }, {}, why);
      return { id, state };
    });
  }

  /**
   * Transfers a locked payout through Stripe, if all of it is still payable. Whoever dies in here transfers once all the
   * same.
   */
  async transfer(deed: Deed, id: string): Promise<void> {
    const row = await lockPayout(deed.tx, id);
    if (!row || row.state !== 'transferring') return;
    const gone = await ceased(deed.tx, row);
    if (gone.length > 0) return this.outdated(deed, row, gone);
    // All of it may be kept as reserve: Stripe transfers no nothing.
    if (row.paidMinor === 0n) return this.paid(deed, row, null);
    const accounts: { account: string }[] = await deed.tx.query(
      'select account from provider_payout_account where provider_id = $1',
      [row.providerId],
    );
    const [account] = accounts;
    if (!account) {
      const before = await this.stripe.transferOf(id);
      if (before) return this.paid(deed, row, before.id);
      return refused(deed, row, { code: 'no_account', passing: false });
    }
    const { paidMinor: minor, currency, refusals } = row;
    let transfer: TransferState;
    try {
      const wish = { payoutId: id, refusals, account: account.account, minor, currency };
      transfer = await this.stripe.createTransfer(wish);
    } catch (error) {
      const why = whyRefused(error);
      if (why === null) throw error;
      return refused(deed, row, why);
    }
    await this.paid(deed, row, transfer.id);
  }

  /** Not all of a locked payout is payable any more. What was transferred before is booked, and its part taken back. */
  private async outdated(deed: Deed, row: PayoutRow, gone: readonly string[]): Promise<void> {
    const before = row.paidMinor === 0n ? null : await this.stripe.transferOf(row.id);
    if (!before) return refused(deed, row, { code: 'not_payable_any_more', passing: false });
    await this.paid(deed, row, before.id);
    for (const each of gone) await this.reversals.owe(deed, each, `payout ${row.id}`);
  }

  /** The reserve of a locked payout is due. */
  async release(deed: Deed, id: string): Promise<void> {
    const row = await lockPayout(deed.tx, id);
    if (!row || row.state !== 'paid') return;
    await deed.tx.query('update payout set state = $2, due_at = null, released_at = $3 where id = $1', [
      id,
      transition(payoutLifecycle, row.state, 'release'),
      deed.now,
    ]);
    await this.ledger.post(deed, [releaseEntry({ ...row, minor: row.reserveMinor })]);
  }

  private async paid(deed: Deed, row: PayoutRow, reference: string | null): Promise<void> {
    const { id, state, paidMinor: minor, reserveMinor: reserve, way: purse } = row;
    await deed.tx.query(
      'update payout set state = $2, paid_at = $3, reference = $4, due_at = $5, failure = null where id = $1',
      [
        id,
        transition(payoutLifecycle, state, 'pay'),
        deed.now,
        reference,
        reserve > 0n ? addDays(deed.now, row.reserveDays) : null,
      ],
    );
    await this.ledger.post(deed, payoutEntries({ ...row, minor, reserve, purse }));
  }

  /** Where the agency has so much: what is at Stripe may be promised to other payouts. */
  private async wayOf(
    tx: EntityManager,
    agencyId: string,
    { providerId, currency }: PayoutWish,
    minor: Minor,
  ): Promise<'stripe' | 'bank'> {
    if (!this.stripe.on) return 'bank';
    const rows: { promised: Minor; account: boolean }[] = await tx.query(
      `select exists (select from provider_payout_account where provider_id = $2) as account,
         (select coalesce(sum(paid_minor), 0)::bigint from payout where agency_id = $1 and currency = $3 and way = 'stripe'
            and state in ('proposed', 'transferring', 'refused')) as promised`,
      [agencyId, providerId, currency],
    );
    const { promised = 0n, account = false } = rows[0] ?? {};
    if (!account) return 'bank';
    const there = await this.accounts.balance(tx, agencyId, 'stripe', currency);
    return minor === 0n || there - promised >= minor ? 'stripe' : 'bank';
  }

  private async own(deed: Deed, actor: Actor, id: string): Promise<PayoutRow> {
    const row = await lockPayout(deed.tx, id);
    if (!row || row.agencyId !== actor.organisationId) throw notFound('payout');
    return row;
  }
}

/** @param overpaid what is kept back of the provider, or only proposed to be paid, was not paid to it */
function nothing(currency: string, overpaid: Minor): Refusal {
  const less = overpaid > 0n ? ` It has been paid ${overpaid} too much, which its next payouts make up for.` : '';
  return refuse('payout.nothing', `Nothing is payable to this provider in ${currency} now.${less}`);
}

/** Stripe does not transfer it: what time mends is tried again by itself, anything else when an officer says so. */
async function refused(deed: Deed, row: PayoutRow, why: { code: string; passing: boolean }): Promise<void> {
  const { id } = row;
  const state = why.passing ? row.state : transition(payoutLifecycle, row.state, 'refuse');
  const again = why.passing ? new Date(deed.now.getTime() + RETRY_MILLIS) : null;
  await deed.tx.query(
    'update payout set state = $2, failure = $3, refusals = refusals + 1, due_at = $4 where id = $1',
    [id, state, why.code, again],
  );
  if (!why.passing) await deed.record({ type: 'payout', id }, { failure: why.code });
}
