/** What is done with sealed bids: they are submitted, withdrawn, opened. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { transition } from '../kernel/lifecycle.js';
import { notFound, type Refusal, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys } from '../platform/keys/keys.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Auction } from './auction.entity.js';
import { heldAuction } from './auction-rows.js';
import type { OpeningView, ReceiptView, WithdrawalView } from './auctions.dto.js';
import { openBoxes, openedContents } from './boxes.js';
import { goIn } from './desk.js';
import { Frames } from './frames.js';
import { Opening } from './opening.js';
import { hasProxy, proxyTurn } from './proxy-rows.js';
import { sealedBidFaults } from './rules/alternatives.js';
import { bidLifecycle } from './rules/lifecycles.js';
import { receiptText } from './rules/receipt.js';
import { roomFor } from './rules/room.js';
import { whyNoRoom, whyNotOpen, whyNotReceive, whyNotWithdraw, whyNotWithProxy } from './rules/why-not.js';
import { SealedBid } from './sealed-bid.entity.js';
import { Sealing } from './sealing.js';
import { unlessFaults } from './tariff.pipe.js';

/** Who bids, and when it was received. */
export interface Bidding {
  readonly tenderId: string;
  readonly received: Date;
}

interface OwnBids {
  readonly count: number;
  readonly standing_id: string | null;
  readonly standing_since: Date | null;
}

@Injectable()
export class AuctionsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly keys: Keys,
    private readonly sealing: Sealing,
    private readonly tenders: TendersQueries,
    private readonly frames: Frames,
    private readonly opening: Opening,
  ) {}

  /**
   * Takes a tariff, with alternatives or without, as the provider's bid, in place of the one it had. Nothing of it leaves
   * the box but whether there are alternatives.
   * @throws Refusal 'bid.faults' with every place, 'bid.has-proxy', 'bid.no-room', 'auction.too-late', 'auction.closed',
   *   'auction.cancelled'
   */
  async submit(actor: Actor, { tenderId, received }: Bidding, tariff: BidTariff): Promise<ReceiptView> {
    const input = { tenderId, tariff: this.sealing.fingerprint(tariff) };
    return this.deeds.run(actor, 'bids.submit', input, async (deed) => {
      const [providerId, personId] = bidderOf(actor);
      unless(whyNotReceive(await this.auctionOf(deed.tx, tenderId), received));
      const frame = await this.frames.of(deed.tx, tenderId);
      unlessFaults(sealedBidFaults(tariff, frame));
      const bidId = randomUUID();
      const { box, commitment } = this.sealing.seal(bidId, tariff);

      unless(whyNotReceive(await this.auctionOf(deed.tx, tenderId, true), received));
      const hasAlternatives = tariff.alternatives !== undefined;
      if (hasAlternatives) {
        await proxyTurn(deed.tx, tenderId, providerId);
        unless(whyNotWithProxy(await hasProxy(deed.tx, tenderId, providerId)));
      }
      await this.takeTurn(deed.tx, tenderId, providerId);
      const before = await this.ownBids(deed.tx, tenderId, providerId);
      if (before.standing_id === null) {
        unless(whyNoRoom(await this.othersInTurn(deed.tx, tenderId), roomFor(frame).bidders));
      }
      const sequence = before.count + 1;
      const receipt = { bidId, tenderId, sequence, commitment, receivedAt: received };
      const signature = this.keys.sign(receiptText(receipt));
      // Of two bids under way at once, the one that was received later stands, whichever is written first.
      const overtaken = before.standing_since !== null && before.standing_since > received;
      if (before.standing_id !== null && !overtaken)
        await this.move(deed, before.standing_id, 'replace', { by: bidId });
      const state = overtaken ? transition(bidLifecycle, bidLifecycle.initial, 'replace') : bidLifecycle.initial;
      await deed.tx.insert(SealedBid, {
        id: bidId,
        auctionId: tenderId,
        providerId,
        personId,
        sequence,
        receivedAt: received,
        box,
        commitment,
        hasAlternatives,
        receiptSignature: signature,
        state,
      });
      await deed.record({ type: 'bid', id: bidId }, { ...receipt, state });
      return { ...receipt, receivedAt: received.toISOString(), signature };
    });
  }

  /** Takes a standing bid back. @throws Refusal 'bid.cannot-withdraw', 'auction.too-late' */
  async withdraw(actor: Actor, bidId: string, received: Date): Promise<WithdrawalView> {
    return this.deeds.run(actor, 'bids.withdraw', { bidId }, async (deed) => {
      const [providerId] = bidderOf(actor);
      const seen = await deed.tx.findOneBy(SealedBid, { id: bidId, providerId });
      if (!seen) throw notFound('bid');
      const { auctionId: tenderId } = seen;
      unless(whyNotReceive(await this.auctionOf(deed.tx, tenderId), received));
      unless(whyNotReceive(await this.auctionOf(deed.tx, tenderId, true), received));
      await this.takeTurn(deed.tx, tenderId, providerId);
      const bid = await deed.tx.findOneByOrFail(SealedBid, { id: bidId });
      unless(whyNotWithdraw(bid));
      await this.move(deed, bidId, 'withdraw', { tenderId, receivedAt: received });
      return { bidId, tenderId, state: 'withdrawn', receivedAt: received.toISOString() };
    });
  }

  /**
   * Opens the standing bids of a closed auction, once.
   * @throws Refusal 'auction.sealed', 'auction.already-opened', 'auction.cancelled' as soon as its tender is,
   *   'agency.not-yours'
   */
  async open(actor: Actor, tenderId: string): Promise<OpeningView> {
    return this.deeds.run(actor, 'bids.open', { tenderId }, async (deed) => {
      const { tx, now } = deed;
      const tenderState = await this.tenders.heldState(tx, tenderId);
      const auction = await heldAuction(deed, tenderId);
      if (!auction) throw await this.whyNoAuction(tx, tenderId);
      unless(whyNotOpen(auction, tenderState, now));
      const { opened, unreadable: closed } = await openBoxes(tx, tenderId, this.sealing);
      for (const { bid, why } of closed) await this.move(deed, bid.id, 'exclude', {}, why);
      const unreadable = closed.map(({ bid: { id: bidId, providerId }, why }) => ({ bidId, providerId, why }));
      await tx.update(Auction, { id: tenderId }, { openedAt: now, openedBy: actor.personId });
      const ground = await this.opening.groundOf(deed, tenderId);
      const names = await this.opening.namesOf(
        deed,
        opened.map(({ providerId }) => providerId),
      );
      const entering = opened.map(({ id: bidId, providerId, sequence, receivedAt, commitment, receiptSignature }) => {
        const bidder = { bidder: providerId, providerId, name: names.get(providerId) ?? '' };
        return { ...bidder, bidId, sequence, receivedAt, commitment, signature: receiptSignature };
      });
      const state = await this.opening.begin(deed, auction, ground, entering, openedContents(tx));
      await deed.record({ type: 'auction', id: tenderId }, { state, opened: opened.length, unreadable });
      return { tenderId, state, openedAt: now.toISOString(), opened: opened.length, unreadable };
    });
  }

  /**
   * @param held whether the row is held beside other bidders, behind the gate of the auction
   * @throws Refusal 'tender.not-found', or 'auction.not-yet' in the moments after publication
   */
  private async auctionOf(tx: EntityManager, id: string, held = false): Promise<Auction> {
    if (held) await goIn(tx, id);
    const where = { id, practiceFor: IsNull() };
    const auction = await tx.findOne(Auction, { where, ...(held ? { lock: { mode: 'pessimistic_read' } } : {}) });
    if (auction) return auction;
    throw await this.whyNoAuction(tx, id);
  }

  private async whyNoAuction(tx: EntityManager, tenderId: string): Promise<Refusal> {
    if ((await this.tenders.bidFrame(tx, tenderId)) === null) return notFound('tender');
    return refuse('auction.not-yet', 'The bidding is being set up. Try again in a few seconds.', {
      kind: 'unavailable',
    });
  }

  /** Lets a provider's bids of an auction be written one after the other; other providers' go on meanwhile. */
  private async takeTurn(tx: EntityManager, tenderId: string, providerId: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`bids ${tenderId} ${providerId}`]);
  }

  /**
   * How many providers have a bid. Whoever bids without having one waits here until those before are recorded, so that no
   * more get in than there is room for; it is the last that a bid waits for.
   */
  private async othersInTurn(tx: EntityManager, tenderId: string): Promise<number> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`room ${tenderId}`]);
    return tx.countBy(SealedBid, { auctionId: tenderId, state: bidLifecycle.initial });
  }

  private async ownBids(tx: EntityManager, tenderId: string, providerId: string): Promise<OwnBids> {
    const rows: OwnBids[] = await tx.query(
      `select coalesce(max(sequence), 0) as count, max(received_at) filter (where state = $3) as standing_since,
              (array_agg(id) filter (where state = $3))[1] as standing_id
       from sealed_bid where auction_id = $1 and provider_id = $2`,
      [tenderId, providerId, bidLifecycle.initial],
    );
    return rows[0] ?? { count: 0, standing_id: null, standing_since: null };
  }

  private async move(
    deed: Deed,
    id: string,
    verb: 'replace' | 'withdraw' | 'exclude',
    facts: Readonly<Record<string, unknown>>,
    why: string | null = null,
  ): Promise<void> {
    const state = transition(bidLifecycle, bidLifecycle.initial, verb);
    await deed.tx.update(SealedBid, { id }, { state, whyUnreadable: why });
    await deed.record({ type: 'bid', id }, { state, ...facts });
  }
}

function bidderOf({ organisationId, personId }: Actor): [provider: string, person: string] {
  if (organisationId === null || personId === null) throw new Error('only people bid');
  return [organisationId, personId];
}
