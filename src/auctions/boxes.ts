/**
 * The boxes of sealed bids at their opening. Each may hold as much as a request brings, and there may be a thousand: so they
 * are read and opened some at a time, all in the one transaction of the opening.
 */
import type { EntityManager } from 'typeorm';
import { toJson } from '../kernel/canonical.js';
import { transition } from '../kernel/lifecycle.js';
import { bidTariffOfJson } from '../pricing/rules/tariff-json.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import { bidLifecycle } from './rules/lifecycles.js';
import { SealedBid } from './sealed-bid.entity.js';
import type { Sealing } from './sealing.js';

/** So many bids are in memory at once, each as large as a request may be. */
export const BOXES_AT_ONCE = 20;

/** What was in a box. */
export interface Contents {
  readonly tariff: BidTariff;
  readonly salt: string;
}

/** Tells what is in the boxes of these bids: of some, because all might be too much to hold. */
export type ContentsOf = (bidIds: readonly string[]) => Promise<ReadonlyMap<string, Contents>>;

export interface UnreadableBid {
  readonly bid: SealedBid;
  readonly why: string;
}

export function* portionsOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += BOXES_AT_ONCE) yield all.slice(from, from + BOXES_AT_ONCE);
}

/**
 * Opens the boxes of the standing bids of an auction, whose row must be held, and keeps what was in them.
 * @returns the bids in the order of receipt, without what they hold; those whose box does not open still stand
 */
export async function openBoxes(
  tx: EntityManager,
  auctionId: string,
  sealing: Sealing,
): Promise<{ readonly opened: SealedBid[]; readonly unreadable: UnreadableBid[] }> {
  const standing = { auctionId, state: bidLifecycle.initial };
  const bids = await tx.find(SealedBid, { where: standing, order: { receivedAt: 'asc', id: 'asc' } });
  const opened: SealedBid[] = [];
  const unreadable: UnreadableBid[] = [];
  for (const some of portionsOf(bids)) {
    const boxes = await boxesOf(tx, some);
    const kept: (Contents & { id: string })[] = [];
    for (const bid of some) {
      const { id, commitment } = bid;
      const found = sealing.unseal({ id, commitment, box: boxes.get(id) ?? new Uint8Array(0) });
      if (found.tariff === null) {
        unreadable.push({ bid, why: found.why });
        continue;
      }
      opened.push(bid);
      kept.push({ id, tariff: found.tariff, salt: found.salt });
    }
    await keep(tx, kept);
  }
  return { opened, unreadable };
}

/** What opened bids of an auction hold. */
export function openedContents(tx: EntityManager): ContentsOf {
  return async (bidIds) => {
    const rows: { id: string; tariff: unknown; salt: string }[] = await tx.query(
      'select bid_id as id, tariff, salt from opened_bid where bid_id = any($1)',
      [bidIds],
    );
    return new Map(rows.map(({ id, tariff, salt }) => [id, { tariff: bidTariffOfJson(tariff), salt }]));
  };
}

async function boxesOf(tx: EntityManager, bids: readonly SealedBid[]): Promise<ReadonlyMap<string, Buffer>> {
  const rows: { id: string; box: Buffer }[] = await tx.query('select id, box from sealed_bid where id = any($1)', [
    bids.map(({ id }) => id),
  ]);
  return new Map(rows.map(({ id, box }) => [id, box]));
}

async function keep(tx: EntityManager, kept: readonly (Contents & { id: string })[]): Promise<void> {
  const ids = kept.map(({ id }) => id);
  await tx.query(
    `insert into opened_bid (bid_id, auction_id, provider_id, received_at, tariff, salt)
     select b.id, b.auction_id, b.provider_id, b.received_at, given.tariff, given.salt
     from unnest($1::uuid[], $2::jsonb[], $3::text[]) as given (id, tariff, salt) join sealed_bid b using (id)`,
    [ids, kept.map(({ tariff }) => toJson(tariff)), kept.map(({ salt }) => salt)],
  );
  const state = transition(bidLifecycle, bidLifecycle.initial, 'open');
  await tx.query('update sealed_bid set state = $2 where id = any($1)', [ids, state]);
}
