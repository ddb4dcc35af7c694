/** Reads of auctions and bids, for screens and for the rooms above. Nothing here reads a sealed box. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { noCursor, pageOf, uuidCursor } from '../kernel/page.js';
import { notFound, refuse } from '../kernel/refusal.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { namedRow } from '../platform/database/named-row.js';
import { databaseNow } from '../platform/deeds/deeds.js';
import type { PageQuery } from '../platform/http/fields.js';
import { bidTariffOfJson } from '../pricing/rules/tariff-json.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import { Auction } from './auction.entity.js';
import type { AuctionView, OpenedBidPage, OwnBidPage } from './auctions.dto.js';
import { SealedBid } from './sealed-bid.entity.js';
import { participantsOf, tariffsAsOf } from './tariff-rows.js';

/** A bid as it takes part in the winner determination. */
export interface OpenedBid {
  readonly bidId: string;
  readonly providerId: string;
  readonly receivedAt: Date;
  readonly tariff: BidTariff;
}

interface OpenedRow {
  readonly bid_id: string;
  readonly provider_id: string;
  readonly received_at: Date;
  readonly tariff: unknown;
  readonly salt: string;
  readonly sequence: number;
  readonly commitment: string;
  readonly receipt_signature: string;
}

@Injectable()
export class AuctionsQueries {
  constructor(private readonly organisations: OrganisationsQueries) {}

  /**
   * The bids that decide a tender, with their tariffs as they were improved last, in the order of receipt; none before it
   * is certain which they are.
   */
  async decidingBids(tx: EntityManager, tenderId: string): Promise<OpenedBid[]> {
    if (!(await tx.existsBy(Auction, { id: tenderId, practiceFor: IsNull(), state: 'decided' }))) return [];
    return inOrder(await this.bidsOf(tx, tenderId, null));
  }

  /** The same without their tariffs, which may be too many to be held at once. */
  async decidingHeads(tx: EntityManager, tenderId: string): Promise<Omit<OpenedBid, 'tariff'>[]> {
    if (!(await tx.existsBy(Auction, { id: tenderId, practiceFor: IsNull(), state: 'decided' }))) return [];
    return inOrder(
      await tx.query(
        `select distinct on (p.alias) p.bid_id as "bidId", p.provider_id as "providerId", t.received_at as "receivedAt"
         from auction_participant p join auction_tariff t on t.auction_id = p.auction_id and t.alias = p.alias
         where p.auction_id = $1 and p.bid_id is not null and t.sequence is not null order by p.alias, t.revision desc`,
        [tenderId],
      ),
    );
  }

  /** Some of the bids that decide a tender, with their tariffs, in the order of receipt. */
  async withTariffs(
    tx: EntityManager,
    tenderId: string,
    heads: readonly Pick<OpenedBid, 'bidId'>[],
  ): Promise<OpenedBid[]> {
    return inOrder(
      await this.bidsOf(
        tx,
        tenderId,
        heads.map(({ bidId }) => bidId),
      ),
    );
  }

  private async bidsOf(tx: EntityManager, tenderId: string, ids: readonly string[] | null): Promise<OpenedBid[]> {
    const wanted = ids && new Set(ids);
    const all = await participantsOf(tx, tenderId);
    const bids = new Map(
      all.filter(({ bidId }) => !wanted || wanted.has(bidId ?? '')).map((each) => [each.alias, each]),
    );
    const tariffs = await tariffsAsOf(tx, tenderId, null, wanted ? [...bids.keys()] : null);
    return tariffs.flatMap(({ alias, receivedAt, tariff }): OpenedBid[] => {
      const { bidId, providerId } = bids.get(alias) ?? {};
      return bidId && providerId ? [{ bidId, providerId, receivedAt, tariff }] : [];
    });
  }

  /** The providers whose bids decide a tender. */
  async bidders(tx: EntityManager, tenderId: string): Promise<string[]> {
    return (await this.decidingHeads(tx, tenderId)).map((bid) => bid.providerId);
  }

  /** The auction of a published tender. @throws Refusal 'tender.not-found' */
  async auction(tx: EntityManager, tenderId: string): Promise<AuctionView> {
    const auction = await this.known(tx, tenderId);
    const { state, deadline, openedAt } = auction;
    const told = auction.closedAt !== null;
    const rows: { bids: number }[] = await tx.query(
      `select count(*)::int as bids from sealed_bid where auction_id = $1 and state not in ('replaced', 'withdrawn')`,
      [tenderId],
    );
    return {
      tenderId,
      state,
      deadline,
      now: await databaseNow(tx),
      bids: told ? (rows[0]?.bids ?? 0) : null,
      openedAt,
    };
  }

  /** The receipts of the actor's own organisation, the latest first. */
  async own(tx: EntityManager, actor: Actor, tenderId: string, { cursor, limit }: PageQuery): Promise<OwnBidPage> {
    await this.known(tx, tenderId);
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw noCursor();
    const below = cursor === undefined ? null : Number(cursor);
    const bids = await tx
      .createQueryBuilder(SealedBid, 'bid')
      .where('bid.auction_id = :tenderId and bid.provider_id = :own', { tenderId, own: actor.organisationId })
      .andWhere('(:below::int is null or bid.sequence < :below)', { below })
      .orderBy('bid.sequence', 'DESC')
      .limit(limit + 1)
      .getMany();
    const { items, next } = pageOf(bids, limit, (bid) => String(bid.sequence));
    return {
      items: items.map(({ id: bidId, sequence, commitment, receivedAt, receiptSignature: signature, state }) => ({
        bidId,
        tenderId,
        sequence,
        commitment,
        receivedAt: receivedAt.toISOString(),
        signature,
        state,
      })),
      next,
    };
  }

  /** The bids after the opening, in the order of receipt. @throws Refusal 'auction.sealed' before it */
  async opened(tx: EntityManager, tenderId: string, { cursor, limit }: PageQuery): Promise<OpenedBidPage> {
    const { openedAt } = await this.known(tx, tenderId);
    if (openedAt === null) {
      throw refuse('auction.sealed', 'The bids are sealed. An officer can open them once the auction is closed.');
    }
    const { items, next } = pageOf(await openedRows(tx, tenderId, cursor, limit + 1), limit, (row) => row.bid_id);
    const names = await this.organisations.names(tx, [...new Set(items.map((row) => row.provider_id))]);
    const unreadable = await tx.findBy(SealedBid, { auctionId: tenderId, state: 'unreadable' });
    return {
      items: items.map((row) => ({
        bidId: row.bid_id,
        tenderId,
        providerId: row.provider_id,
        providerName: names.get(row.provider_id) ?? '',
        receivedAt: row.received_at.toISOString(),
        tariff: bidTariffOfJson(row.tariff),
        salt: row.salt,
        sequence: row.sequence,
        commitment: row.commitment,
        signature: row.receipt_signature,
      })),
      unreadable: unreadable.map(({ id: bidId, providerId, whyUnreadable }) => ({
        bidId,
        providerId,
        why: whyUnreadable ?? '',
      })),
      next,
    };
  }

  private async known(tx: EntityManager, tenderId: string): Promise<Auction> {
    const auction = await tx.findOneBy(Auction, { id: tenderId, practiceFor: IsNull() });
    if (!auction) throw notFound('tender');
    return auction;
  }
}

function inOrder<B extends Pick<OpenedBid, 'bidId' | 'receivedAt'>>(bids: readonly B[]): B[] {
  return bids.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || (a.bidId < b.bidId ? -1 : 1));
}

async function openedRows(
  tx: EntityManager,
  tenderId: string,
  behind: string | undefined,
  limit: number,
): Promise<OpenedRow[]> {
  const placed = 'opened_bid where bid_id = $1 and auction_id = $2';
  return tx.query(
    `select o.bid_id, o.provider_id, o.received_at, o.tariff, o.salt, b.sequence, b.commitment, b.receipt_signature
     from opened_bid o join sealed_bid b on b.id = o.bid_id
     where o.auction_id = $1
       and ($2::uuid is null
            or (o.received_at, o.bid_id) > (select c.received_at, c.bid_id from opened_bid c where c.bid_id = $2))
     order by o.received_at, o.bid_id limit $3`,
    [tenderId, await namedRow(tx, uuidCursor(behind), placed, [tenderId]), limit],
  );
}
