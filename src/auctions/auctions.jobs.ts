/** What happens to auctions by time, and because of tenders. */
import { Injectable } from '@nestjs/common';
import { nextState, transition } from '../kernel/lifecycle.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { tenderCancelled, tenderPublished } from '../tenders/tenders.events.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Auction } from './auction.entity.js';
import { closeDesk, goInAlone } from './desk.js';
import { append, holdDesk } from './event-rows.js';
import { auctionLifecycle } from './rules/lifecycles.js';
import { placeRecorded } from './tariff-rows.js';

/** Bids that were received before the deadline may still be on their way to the table, until none came for so long. */
export const DRAIN_MILLIS = 1_500;
/** What is not recorded by then was not acknowledged either, and does not count. */
const MOST_CLOSING_MILLIS = 60_000;

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
    await goInAlone(deed.tx, tenderId);
    const auction = await deed.tx.findOne(Auction, { where: { id: tenderId }, lock: { mode: 'pessimistic_write' } });
    const state = auction ? nextState(auctionLifecycle, auction.state, 'cancel') : null;
    if (state === null) return;
    await deed.tx.update(Auction, { id: tenderId }, { state, dueAt: null, pausedFrom: null, remainingMillis: null });
    if (await holdDesk(deed.tx, tenderId)) {
      // Whatever was acknowledged is in the log, and nothing is after its end.
      await placeRecorded(deed.tx, tenderId, deed.now);
      await append(deed.tx, tenderId, deed.now, [{ kind: 'cancelled', body: {} }]);
      await closeDesk(deed.tx, tenderId);
    }
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
    const { deadline } = await deed.tx.findOneByOrFail(Auction, { id });
    const quiet = await this.quietAt(deed, id, deadline);
    if (quiet > deed.now) {
      await deed.tx.update(Auction, { id }, { dueAt: quiet });
      return;
    }
    const state = transition(auctionLifecycle, 'closing', 'close');
    await deed.tx.update(Auction, { id }, { state, dueAt: null, closedAt: deed.now });
    await deed.record({ type: 'auction', id }, { state });
  }

  /** From when on no more bids come that were received in time. */
  private async quietAt({ tx }: Deed, id: string, deadline: Date): Promise<Date> {
    const rows: { at: Date | null }[] = await tx.query(
      'select max(recorded_at) as at from sealed_bid where auction_id = $1 and recorded_at >= $2',
      [id, deadline],
    );
    const last = rows[0]?.at?.getTime() ?? 0;
    return new Date(Math.min(last + DRAIN_MILLIS, deadline.getTime() + MOST_CLOSING_MILLIS));
  }
}
