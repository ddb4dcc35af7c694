/** What happens to auctions by time, and because of tenders. */
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
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

  /** The auction of the tender, and whoever practises for it. */
  @OnFact(tenderCancelled, { name: 'auctions.cancel' })
  async cancel(deed: Deed, { tenderId }: { tenderId: string }): Promise<void> {
    const going = { tenderId, state: Not(In(['decided', 'failed', 'cancelled'])) };
    const order = { id: 'ASC' } as const;
    for (const { id } of await deed.tx.find(Auction, { where: going, order })) await goInAlone(deed.tx, id);
    const auctions = await deed.tx.find(Auction, { where: going, order, lock: { mode: 'pessimistic_write' } });
    for (const auction of auctions) await this.cancelOne(deed, auction);
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

  private async cancelOne(deed: Deed, { id, state: from }: Auction): Promise<void> {
    const { tx, now } = deed;
    const state = nextState(auctionLifecycle, from, 'cancel');
    if (state === null) return;
    await tx.update(Auction, { id }, { state, dueAt: null, pausedFrom: null, remainingMillis: null });
    if (await holdDesk(tx, id)) {
      // Whatever was acknowledged is in the log, and nothing is after its end.
      await placeRecorded(tx, id, now);
      await append(tx, id, now, [{ kind: 'cancelled', body: {} }]);
      await closeDesk(tx, id);
    }
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
