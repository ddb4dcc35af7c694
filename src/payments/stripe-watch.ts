/** What Pumasi looks up at Stripe to see that nothing was missed: its list of events, what it has kept, and its balance. */
import { Injectable } from '@nestjs/common';
import { StripeClient } from './stripe-client.js';
import { readBalance, readBankMove, readCost, readEvent } from './stripe-reading.js';
import type { BalanceState, BankMoveState, CostState, EventState } from './stripe-states.js';

/** The most that a list of Stripe's gives at once, the latest first. */
const PAGE = 100;

export interface EventPage {
  readonly events: readonly EventState[];
  /** give this as `after` to continue with earlier ones; null at the end */
  readonly next: string | null;
}

export interface CostPage {
  readonly costs: readonly CostState[];
  readonly bankMoves: readonly BankMoveState[];
  readonly next: string | null;
}

@Injectable()
export class StripeWatch {
  constructor(private readonly client: StripeClient) {}

  get on(): boolean {
    return this.client.on;
  }

  /** Stripe's events from an instant on, the latest first; it keeps them for 30 days. */
  async listEvents(wish: { since: Date | null; after?: string; limit?: number }): Promise<EventPage> {
    const { since, after, limit } = wish;
    const page = await this.client.ask((stripe) =>
      stripe.events.list({
        limit: limit ?? PAGE,
        ...(since === null ? {} : { created: { gte: Math.floor(since.getTime() / 1_000) } }),
        ...(after === undefined ? {} : { starting_after: after }),
      }),
    );
    const last = page.data.at(-1);
    return { events: page.data.map(readEvent), next: page.has_more && last !== undefined ? last.id : null };
  }

  /** What Stripe has kept of all that it has moved since an instant, and what of it to the bank, the latest first. */
  async listCosts(wish: { since: Date | null; after?: string }): Promise<CostPage> {
    const { since, after } = wish;
    const page = await this.client.ask((stripe) =>
      stripe.balanceTransactions.list({
        limit: PAGE,
        expand: ['data.source'],
        ...(since === null ? {} : { created: { gte: Math.floor(since.getTime() / 1_000) } }),
        ...(after === undefined ? {} : { starting_after: after }),
      }),
    );
    const last = page.data.at(-1);
    const bankMoves = page.data.flatMap((move) => readBankMove(move) ?? []);
    return { costs: page.data.map(readCost), bankMoves, next: page.has_more && last !== undefined ? last.id : null };
  }

  /** What there is at Stripe, by currency. */
  async balance(): Promise<readonly BalanceState[]> {
    return readBalance(await this.client.ask((stripe) => stripe.balance.retrieve()));
  }
}
