/** Providers' accounts at Stripe (Connect): opened here, filled in there, and paid into once Stripe lets us. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import type { Actor } from '../kernel/actor.js';
import { notFound, refuse } from '../kernel/refusal.js';
import { Settings } from '../platform/config/settings.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { OpenedPayoutAccount, PayoutAccountView } from './payout-accounts.dto.js';
import { StripeObjects } from './stripe-objects.js';
import { StripePayouts } from './stripe-payouts.js';
import type { AccountState } from './stripe-states.js';
import { StripeTurns } from './stripe-turns.js';

@Injectable()
export class PayoutAccountsService implements OnModuleInit {
  constructor(
    private readonly deeds: Deeds,
    private readonly payouts: StripePayouts,
    private readonly objects: StripeObjects,
    private readonly turns: StripeTurns,
    private readonly organisations: OrganisationsQueries,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.objects.register('account', (deed, id) => this.apply(deed, id));
  }

  /**
   * Opens the provider's account, or goes on with it. The address is asked of Stripe after the deed, so that it is kept
   * nowhere: whoever has it can enter details.
   * @throws Refusal 'payout-account.other-country', 'stripe.off', 'system.busy', 'stripe.unavailable', 'stripe.refused'
   */
  async open(actor: Actor, country: string): Promise<OpenedPayoutAccount> {
    return this.turns.take(() => this.openNow(actor, country));
  }

  private async openNow(actor: Actor, country: string): Promise<OpenedPayoutAccount> {
    const account = await this.deeds.run(actor, 'payout-accounts.open', { country }, async (deed) =>
      this.opened(deed, ownProvider(actor), country),
    );
    const origin = this.settings.PUMASI_ORIGIN ?? `http://${this.settings.HOST}:${this.settings.PORT}`;
    const { url } = await this.payouts.accountLink({
      account: account.account,
      returnUrl: new URL('/payout-account?back', origin).href,
      refreshUrl: new URL('/payout-account?again', origin).href,
    });
    return { account, url };
  }

  /** @throws Refusal 'payout-account.not-found' */
  async own(tx: EntityManager, actor: Actor): Promise<PayoutAccountView> {
    const account = await this.of(tx, ownProvider(actor));
    if (!account) throw notFound('payout-account');
    return account;
  }

  private async opened(deed: Deed, providerId: string, country: string): Promise<PayoutAccountView> {
    const { tx } = deed;
    await this.organisations.hold(tx, providerId);
    const present = await this.of(tx, providerId);
    if (present && present.country !== country) {
      throw refuse('payout-account.other-country', `There is an account in ${present.country} already; go on with it.`);
    }
    if (present) {
      await this.objects.apply(deed, 'account', present.account);
    } else {
      const provider = await this.organisations.one(tx, providerId);
      const made = await this.payouts.createAccount({ providerId, name: provider?.name ?? '', country });
      await tx.query('insert into payout_account (provider_id, stripe_id, country) values ($1, $2, $3)', [
        providerId,
        made.id,
        country,
      ]);
      await this.write(tx, made);
      await deed.record({ type: 'organisation', id: providerId }, { payoutAccount: made.id, country });
    }
    const account = await this.of(tx, providerId);
    if (!account) throw new Error(`the payout account of ${providerId} is gone`);
    return account;
  }

  /** Stripe lets it be used, or not any more. */
  private async apply(deed: Deed, id: string): Promise<void> {
    const rows: { providerId: string; transfersActive: boolean }[] = await deed.tx.query(
      `select provider_id as "providerId", transfers_active as "transfersActive" from payout_account
       where stripe_id = $1 for update`,
      [id],
    );
    const [row] = rows;
    if (!row) return;
    const state = await this.payouts.retrieveAccount(id);
    await this.write(deed.tx, state);
    if (row.transfersActive === state.transfersActive) return;
    const { transfersActive, disabledReason } = state;
    await deed.record(
      { type: 'organisation', id: row.providerId },
      { payoutAccount: id, transfersActive, disabledReason },
    );
  }

  private async write(tx: EntityManager, state: AccountState): Promise<void> {
    await tx.query(
      `update payout_account set details_submitted = $2, transfers_active = $3, payouts_enabled = $4,
         disabled_reason = $5, updated_at = app_now()
       where stripe_id = $1`,
      [state.id, state.detailsSubmitted, state.transfersActive, state.payoutsEnabled, state.disabledReason],
    );
  }

  private async of(tx: EntityManager, providerId: string): Promise<PayoutAccountView | null> {
    const rows: PayoutAccountView[] = await tx.query(
      `select stripe_id as account, country, details_submitted as "detailsSubmitted",
         transfers_active as "transfersActive", payouts_enabled as "payoutsEnabled",
         disabled_reason as "disabledReason", updated_at as "updatedAt"
       from payout_account where provider_id = $1`,
      [providerId],
    );
    return rows[0] ?? null;
  }
}

function ownProvider({ organisationId, organisationKind }: Actor): string {
  if (organisationId === null || organisationKind !== 'provider')
    throw new Error('only providers have payout accounts');
  return organisationId;
}
