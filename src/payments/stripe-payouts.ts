/**
 * What Pumasi asks of Stripe to pay providers: accounts of their own (Connect), and transfers to them out of what was
 * collected. Idempotent as stripe-gateway.ts is.
 */
import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { toStripe } from './rules/stripe-amount.js';
import { keyed, StripeClient } from './stripe-client.js';
import { readAccount, readTransfer } from './stripe-reading.js';
import type { AccountState, TransferState } from './stripe-states.js';

/** The most that a list of Stripe's gives at once, the latest first. */
const PAGE = 100;

@Injectable()
export class StripePayouts {
  constructor(private readonly client: StripeClient) {}

  get on(): boolean {
    return this.client.on;
  }

  /** Makes an account at Stripe for a provider, who then gives Stripe itself what Stripe asks for (accountLink). */
  async createAccount(wish: {
    providerId: string;
    name: string;
    email?: string;
    country: string;
  }): Promise<AccountState> {
    const { providerId, name, email, country } = wish;
    const params: Stripe.AccountCreateParams = {
      type: 'express',
      country,
      ...(email === undefined ? {} : { email }),
      business_profile: { name },
      capabilities: { transfers: { requested: true } },
      metadata: { providerId },
    };
    return readAccount(
      await this.client.ask((stripe) => stripe.accounts.create(params, keyed('account', `${providerId}-${country}`))),
    );
  }

  /** An address at Stripe where the provider enters its details: good once and for minutes, so it must not be kept. */
  async accountLink(wish: { account: string; returnUrl: string; refreshUrl: string }): Promise<{ url: string }> {
    const { account, returnUrl, refreshUrl } = wish;
    const { url } = await this.client.ask((stripe) =>
      stripe.accountLinks.create({
        account,
        return_url: returnUrl,
        refresh_url: refreshUrl,
        type: 'account_onboarding',
      }),
    );
    return { url };
  }

  async retrieveAccount(id: string): Promise<AccountState> {
    return readAccount(await this.client.ask((stripe) => stripe.accounts.retrieve(id)));
  }

  /**
   * Transfers money of ours to a provider's account.
   * @param wish.refusals how often Stripe has refused it: it repeats an answer to the same key for a day
   * @throws Refusal 'stripe.refused' with `stripe.code` 'balance_insufficient' while it is not available yet
   */
  async createTransfer(wish: {
    payoutId: string;
    refusals: number;
    account: string;
    minor: bigint;
    currency: string;
  }): Promise<TransferState> {
    const { payoutId, refusals, account, minor, currency } = wish;
    const params = {
      amount: toStripe(minor, currency),
      currency: currency.toLowerCase(),
      destination: account,
      transfer_group: payoutId,
      metadata: { payoutId },
    };
    const before = await this.transferOf(payoutId);
    if (before) return before;
    return readTransfer(
      await this.client.ask((stripe) =>
        stripe.transfers.create(params, keyed('transfer', counted(payoutId, refusals))),
      ),
    );
  }

  /** What was transferred for a payout before, whoever died since without writing it down. */
  async transferOf(payoutId: string): Promise<TransferState | null> {
    const { data } = await this.client.ask((stripe) =>
      stripe.transfers.list({ transfer_group: payoutId, limit: PAGE }),
    );
    return data[0] ? readTransfer(data[0]) : null;
  }

  async retrieveTransfer(id: string): Promise<TransferState> {
    return readTransfer(await this.client.ask((stripe) => stripe.transfers.retrieve(id)));
  }

  /** Takes back part of a transfer, or all of it. @param wish.refusals as for a transfer */
  async reverseTransfer(wish: {
    reversalId: string;
    refusals: number;
    transfer: string;
    minor: bigint;
    currency: string;
  }): Promise<{ id: string; minor: bigint }> {
    const { reversalId, refusals, transfer, minor, currency } = wish;
    const amount = toStripe(minor, currency);
    const before = await this.client.ask((stripe) => stripe.transfers.listReversals(transfer, { limit: PAGE }));
    const found = before.data.find(({ metadata }) => metadata?.['reversalId'] === reversalId);
    if (found) return { id: found.id, minor };
    const { id } = await this.client.ask((stripe) =>
      stripe.transfers.createReversal(
        transfer,
        { amount, metadata: { reversalId } },
        keyed('reversal', counted(reversalId, refusals)),
      ),
    );
    return { id, minor };
  }
}

function counted(id: string, refusals: number): string {
  return refusals === 0 ? id : `${id}-${refusals}`;
}
