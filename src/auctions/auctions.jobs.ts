/** What happens to auctions by time, and because of tenders. */
import { Injectable } from '@nestjs/common';
import { nextState, transition } from '../kernel/lifecycle.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { tenderCancelled, tenderPublished } from '../tenders/tenders.events.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Auction } from './auction.entity.js';
import { auctionLifecycle } from './rules/lifecycles.js';

/** How long after the deadline bids that were received before it may still be on their way to the table. */
export const DRAIN_MILLIS = 2_000;

@Injectable()
export class AuctionsJobs {
  constructor(private readonly tenders: TendersQueries) {}

  @OnFact(tenderPublished, { name: 'auctions.set-up' })
  async setUp(deed: Deed, { tenderId }: { tenderId: string }): Promise<void> {
    const { tx } = deed;
    const tender = await this.tenders.published(tx, tenderId);
    if (!tender) throw new Error(`tender ${tenderId} was announced, but is not published`);
    const deadline = tender.biddingEndsAt;
    await tx.insert(Auction, { id: tenderId, tenderId, state: auctionLifecycle.initial, deadline, dueAt: deadline });
    await deed.record({ type: 'auction', id: tenderId }, { deadline });
    // Inserting waited for whoever was changing the tender, so what is read now is what they left.
    if ((await this.tenders.published(tx, tenderId))?.state === 'cancelled') await this.cancel(deed, { tenderId });
  }

  @OnFact(tenderCancelled, { name: 'auctions.cancel' })
  async cancel(deed: Deed, { tenderId }: { tenderId: string }): Promise<void> {
    const auction = await deed.tx.findOne(Auction, { where: { id: tenderId }, lock: { mode: 'pessimistic_write' } });
    const state = auction ? nextState(auctionLifecycle, auction.state, 'cancel') : null;
    if (state === null) return;
    await deed.tx.update(Auction, { id: tenderId }, { state, dueAt: null });
    await deed.record({ type: 'auction', id: tenderId }, { state });
  }

  @WhenDue({ name: 'auctions.end-bidding', table: 'auction', states: ['open'] })
  async endBidding(deed: Deed, id: string): Promise<void> {
    const state = transition(auctionLifecycle, 'open', 'end-bidding');
    await deed.tx.update(Auction, { id }, { state, dueAt: new Date(deed.now.getTime() + DRAIN_MILLIS) });
    await deed.record({ type: 'auction', id }, { state });
  }

  @WhenDue({ name: 'auctions.close', table: 'auction', states: ['closing'] })
  async close(deed: Deed, id: string): Promise<void> {
    const state = transition(auctionLifecycle, 'closing', 'close');
    await deed.tx.update(Auction, { id }, { state, dueAt: null, closedAt: deed.now });
    await deed.record({ type: 'auction', id }, { state });
  }
}
