/** Reads of tenders, for screens and for the rooms above. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import type { Actor } from '../kernel/actor.js';
import type { Minor } from '../kernel/money.js';
import { pageOf, uuidCursor } from '../kernel/page.js';
import { namedRow } from '../platform/database/named-row.js';
import { notFound } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import { PoolsQueries } from '../pools/pools.queries.js';
import type { AuctionFormat, AuctionSettings } from './rules/auction-settings.js';
import type { DemandByTier } from './rules/lot-demand.js';
import { type ReferenceDemand, referenceDemand } from './rules/reference-demand.js';
import {
  exactDemand,
  mergedDemand,
  mostLinesByLot,
  type ShownLotDemand,
  toldLots,
  totalLines,
} from './rules/shown-demand.js';
import type { TenderState } from './rules/tender-lifecycle.js';
import type { AwardTerms, Lot, TenderFrame } from './rules/terms.js';
import { readCaps, readDemand, readLots } from './tender-parts.js';
import { awardTermsOf, Tender } from './tender.entity.js';
import type { TenderPage, TenderSummary, TenderView } from './tender-views.dto.js';

/** What providers bid on: the frozen content of a tender. */
export interface PublishedTender extends AwardTerms {
  readonly id: string;
  readonly poolId: string;
  readonly title: string;
  /** published, or cancelled since */
  readonly state: TenderState;
  readonly currency: string;
  readonly termMonths: number;
  readonly biddingEndsAt: Date;
  readonly standstillDays: number;
  readonly offerDays: number;
  /** how bids compete once they are opened */
  readonly auction: AuctionSettings;
  /** by code */
  readonly lots: readonly PublishedLot[];
  /** the most a line may cost a month by tier, all-in; a tier that is absent has no cap */
  readonly priceCaps: Readonly<Record<string, Minor>>;
  readonly contentHash: string;
}

export interface PublishedLot extends Lot {
  readonly demand: DemandByTier;
  /** whether providers are told every count of it */
  readonly told: boolean;
}

/** What a tariff must fit, as far as providers may know. */
export interface BidFrame {
  readonly lots: readonly string[];
  readonly tiers: readonly string[];
  readonly termMonths: number;
  readonly priceCaps: Readonly<Record<string, Minor>>;
  /** the most lines that a lot can have for all that providers see */
  readonly demandByLot: Readonly<Record<string, number>>;
  /** in all lots together */
  readonly totalLines: number;
  /** how bids compete once they are opened */
  readonly format: AuctionFormat;
}

/** What improvements of a tariff are measured by; providers can compute it from what they are shown. */
export interface AuctionReference {
  readonly termMonths: number;
  readonly lines: ReferenceDemand;
}

/** The agency that a tender and all that follows from it belong to; both null while no agency has its pool. */
export interface TenderAgency {
  readonly agencyId: string | null;
  readonly agencyName: string | null;
}

const NO_AGENCY: TenderAgency = { agencyId: null, agencyName: null };

@Injectable()
export class TendersQueries {
  constructor(
    private readonly pools: PoolsQueries,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /** A tender that was published; null when there is none, or only a draft. */
  async published(tx: EntityManager, tenderId: string): Promise<PublishedTender | null> {
    const tender = await tx.findOneBy(Tender, { id: tenderId });
    if (!tender || tender.biddingEndsAt === null || tender.contentHash === null) return null;
    const [lots, priceCaps] = [await readLots(tx, tenderId), await readCaps(tx, tenderId)];
    const demand = await readDemand(tx, tenderId);
    const told = toldLots(lots, mergedDemand(lots, await this.frame(tx, tender.poolId)));
    return {
      id: tender.id,
      poolId: tender.poolId,
      title: tender.title,
      state: tender.state,
      currency: tender.currency,
      termMonths: tender.termMonths,
      ...awardTermsOf(tender),
      biddingEndsAt: tender.biddingEndsAt,
      standstillDays: tender.standstillDays,
      offerDays: tender.offerDays,
      auction: tender.auction,
      lots: lots.map((lot) => ({ ...lot, demand: demand.get(lot.code) ?? {}, told: told.has(lot.code) })),
      priceCaps,
      contentHash: tender.contentHash,
    };
  }

  /**
   * The state of a tender, which stays so until the transaction ends: whoever cancels it waits. Read it before locking
   * anything that belongs to the tender, as whoever cancels does. null when there is no such tender.
   */
  async heldState(tx: EntityManager, tenderId: string): Promise<TenderState | null> {
    const rows: { state: TenderState }[] = await tx.query('select state from tender where id = $1 for share', [
      tenderId,
    ]);
    return rows[0]?.state ?? null;
  }

  /** What the bids of a published tender must fit; null when it was not published. It never changes. */
  async bidFrame(tx: EntityManager, tenderId: string): Promise<BidFrame | null> {
    const tender = await tx.findOneBy(Tender, { id: tenderId });
    if (!tender || tender.contentHash === null) return null;
    const [lots, frame] = [await readLots(tx, tenderId), await this.frame(tx, tender.poolId)];
    const shown = mergedDemand(lots, frame);
    return {
      lots: lots.map((lot) => lot.code),
      tiers: frame.tiers,
      termMonths: tender.termMonths,
      priceCaps: await readCaps(tx, tenderId),
      demandByLot: mostLinesByLot(lots, shown),
      totalLines: totalLines(shown),
      format: tender.auction.format,
    };
  }

  /** By what improvements of tariffs are measured; null when the tender was not published. It never changes. */
  async auctionReference(tx: EntityManager, tenderId: string): Promise<AuctionReference | null> {
    const tender = await tx.findOneBy(Tender, { id: tenderId });
    if (!tender || tender.contentHash === null) return null;
    const [lots, frame] = [await readLots(tx, tenderId), await this.frame(tx, tender.poolId)];
    return { termMonths: tender.termMonths, lines: referenceDemand(lots, mergedDemand(lots, frame)) };
  }

  /** Whose tenders are, by their ids. */
  async agencies(tx: EntityManager, tenderIds: readonly string[]): Promise<(tenderId: string) => TenderAgency> {
    const rows: { tenderId: string; agencyId: string }[] = await tx.query(
      `select tender_id as "tenderId", agency_id as "agencyId" from tender_agency
       where tender_id = any($1::uuid[]) and agency_id is not null`,
      [tenderIds],
    );
    const names = await this.organisations.names(tx, [...new Set(rows.map((row) => row.agencyId))]);
    const agencies = new Map(
      rows.map(({ tenderId, agencyId }) => [tenderId, { agencyId, agencyName: names.get(agencyId) ?? '' }]),
    );
    return (tenderId) => agencies.get(tenderId) ?? NO_AGENCY;
  }

  /** What a tender takes over from its pool, which was locked before. */
  async frame(tx: EntityManager, poolId: string): Promise<TenderFrame> {
    const pool = await this.pools.frozenPool(tx, poolId);
    if (!pool) throw notFound('pool');
    const tiers = pool.tiers.map((tier) => tier.tierCode);
    return { regions: pool.regions, tiers, demand: await this.pools.demand(tx, poolId) };
  }

  /** What a line of each tier costs a month without the pool, as the pool says; only tiers for which it says so. */
  async openMarket(tx: EntityManager, poolId: string): Promise<Readonly<Record<string, Minor>>> {
    const tiers = (await this.pools.frozenPool(tx, poolId))?.tiers ?? [];
    const priced = tiers.filter((tier) => tier.openMarketMonthly > 0n);
    return Object.fromEntries(priced.map((tier) => [tier.tierCode, tier.openMarketMonthly]));
  }

  /** @throws Refusal 'tender.not-found', also for a provider while it is a draft */
  async one(tx: EntityManager, actor: Actor, id: string): Promise<TenderView> {
    const tender = await tx.findOneBy(Tender, { id });
    if (!tender || (tender.publishedAt === null && !seesAll(actor))) throw notFound('tender');
    const lots = await readLots(tx, id);
    return {
      ...summaryOf(tender, (await this.agencies(tx, [id]))(id)),
      ...awardTermsOf(tender),
      enquiryEndsAt: tender.enquiryEndsAt,
      standstillDays: tender.standstillDays,
      offerDays: tender.offerDays,
      auction: tender.auction,
      priceCaps: await readCaps(tx, id),
      lots,
      demand: await this.demandFor(tx, actor, tender.poolId, lots),
      contentHash: tender.contentHash,
      whyCancelled: tender.whyCancelled,
    };
  }

  /** Tenders that the actor may see, the latest first. */
  async list(tx: EntityManager, actor: Actor, { cursor, limit }: PageQuery): Promise<TenderPage> {
    const query = tx
      .createQueryBuilder(Tender, 'tender')
      .orderBy('tender.created_at', 'DESC')
      .addOrderBy('tender.id', 'DESC')
      .limit(limit + 1);
    if (!seesAll(actor)) query.andWhere('tender.published_at is not null');
    const known = 'tender where id = $1 and (published_at is not null or $2)';
    const behind = await namedRow(tx, uuidCursor(cursor), known, [seesAll(actor)]);
    if (behind !== null) {
      query.andWhere(
        '(tender.created_at, tender.id) < (select c.created_at, c.id from tender c where c.id = :behind)',
        { behind },
      );
    }
    const { items, next } = pageOf(await query.getMany(), limit, (tender) => tender.id);
    const agencyOf = await this.agencies(
      tx,
      items.map((tender) => tender.id),
    );
    return { items: items.map((tender) => summaryOf(tender, agencyOf(tender.id))), next };
  }

  private async demandFor(tx: EntityManager, actor: Actor, poolId: string, lots: Lot[]): Promise<ShownLotDemand> {
    const frame = await this.frame(tx, poolId);
    return seesAll(actor) ? exactDemand(lots, frame.demand) : mergedDemand(lots, frame);
  }
}

function seesAll(actor: Actor): boolean {
  return actor.organisationKind === 'agency';
}

function summaryOf(
  tender: Tender,
  { agencyId, agencyName }: TenderAgency,
): { [K in keyof TenderSummary]: TenderSummary[K] } {
  const { id, poolId, title, state, version, currency, termMonths, biddingEndsAt, publishedAt } = tender;
  const words = { title, state, version, currency, termMonths, biddingEndsAt, publishedAt };
  return { id, poolId, agencyId, agencyName, ...words };
}
