/** What is done to tenders: drafted, edited, published, called off; and to pools that shall have none any more. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { canonicalJson, toJson } from '../kernel/canonical.js';
import { transition } from '../kernel/lifecycle.js';
import { type Fault, invalid, notFound, refuse, unless } from '../kernel/refusal.js';
import { CatalogueQueries } from '../catalogue/catalogue.queries.js';
import { whyNotForAgency } from '../identity/rules/whose-agency.js';
import { databaseNow, type Deed, Deeds } from '../platform/deeds/deeds.js';
import { whyStale } from '../platform/http/request.js';
import { sha256 } from '../platform/keys/keys.js';
import { type LockedPool, PoolsQueries } from '../pools/pools.queries.js';
import { PoolsService } from '../pools/pools.service.js';
import { DEFAULT_AUCTION } from './rules/auction-settings.js';
import { contentOf } from './rules/content.js';
import { demandByLot } from './rules/lot-demand.js';
import { regionGroups } from './rules/lot-faults.js';
import { tenderLifecycle } from './rules/tender-lifecycle.js';
import { biddingEndFaults, publishFaults, termsFaults } from './rules/terms-faults.js';
import type { Lot, TenderFrame, TenderTerms, WinnerGroup } from './rules/terms.js';
import { whyNotAbandon, whyNotCancel, whyNotRelease } from './rules/why-not-cancel.js';
import { freezeDemand, readCaps, readLots, writeCaps, writeLots } from './tender-parts.js';
import { awardTermsOf, Tender } from './tender.entity.js';
import type { ReleasedPoolView, TenderView } from './tender-views.dto.js';
import type { EditTender, WinnerGroupBody } from './tenders.dto.js';
import { tenderCancelled, tenderPublished } from './tenders.events.js';
import { TendersQueries } from './tenders.queries.js';

/** A lot's title, when regions have longer names than titles may be. */
const TITLE_LENGTH = 200;

@Injectable()
export class TendersService {
  constructor(
    private readonly deeds: Deeds,
    private readonly pools: PoolsQueries,
    private readonly poolsService: PoolsService,
    private readonly catalogue: CatalogueQueries,
    private readonly queries: TendersQueries,
  ) {}

  /**
   * Makes the draft tender of a locked pool: a lot per demanded region, capped at the open-market prices.
   * @throws Refusal 'pool.not-found' unless the pool is locked, 'tender.exists'
   */
  async draftFor(deed: Deed, poolId: string): Promise<string> {
    const { tx } = deed;
    const pool = await this.lockedPool(deed, poolId);
    const lots = await this.lotPerRegion(tx, await this.queries.frame(tx, poolId));
    const id = randomUUID();
    const made: unknown[] = await tx.query(
      `insert into tender (id, pool_id, title, currency, term_months, auction) values ($1, $2, $3, $4, $5, $6)
       on conflict (pool_id) where state <> 'cancelled' do nothing returning id`,
      [id, poolId, pool.title, pool.currency, pool.termMonths, toJson(DEFAULT_AUCTION)],
    );
    if (made.length === 0)
      throw refuse('tender.exists', 'This pool has a tender already. Edit it, or cancel it first.');
    await writeLots(tx, id, lots);
    const caps = pool.tiers.filter((tier) => tier.openMarketMonthly > 0n);
    await writeCaps(tx, id, Object.fromEntries(caps.map((tier) => [tier.tierCode, tier.openMarketMonthly])));
    await deed.record({ type: 'tender', id }, { poolId, lots: lots.length });
    return id;
  }

  /**
   * Makes the first draft tender of a pool. Where an officer was faster there is nothing left to do, even if that tender
   * was cancelled since: whether there is another is the officer's to say. A pool that was released needs none.
   */
  async draftFirst(deed: Deed, poolId: string): Promise<void> {
    if (!(await this.pools.lockedPool(deed.tx, poolId))) return;
    if (!(await deed.tx.existsBy(Tender, { poolId }))) await this.draftFor(deed, poolId);
  }

  /** A further draft for a pool whose tender was cancelled. */
  async draft(actor: Actor, poolId: string): Promise<TenderView> {
    return this.deeds.run(actor, 'tenders.draft', { poolId }, async (deed) =>
      this.queries.one(deed.tx, actor, await this.draftFor(deed, poolId)),
    );
  }

  /** @throws Refusal 'tender.faults' with every place, 'tender.cannot-edit' unless a draft, 'version.stale' */
  async edit(actor: Actor, id: string, seen: number, changes: EditTender): Promise<TenderView> {
    return this.deeds.run(actor, 'tenders.edit', { id, seen, changes }, async (deed) => {
      const tender = await this.lockedTender(deed, id);
      unless(whyStale(seen, tender.version));
      transition(tenderLifecycle, tender.state, 'edit');
      const present = await this.termsOf(deed.tx, tender);
      const { auction, winnerGroups, ...others } = changes;
      const terms = {
        ...present,
        ...given(others),
        winnerGroups: winnerGroups?.map(groupOf) ?? present.winnerGroups,
        auction: { ...present.auction, ...given(auction ?? {}) },
      };
      const faults = termsFaults(terms, await this.queries.frame(deed.tx, tender.poolId));
      if (changes.biddingEndsAt !== undefined) faults.push(...biddingEndFaults(terms.biddingEndsAt, deed.now));
      unlessFaults(faults);

      const { lots, priceCaps, ...columns } = terms;
      if (changes.lots !== undefined) await writeLots(deed.tx, id, lots);
      if (changes.priceCaps !== undefined) await writeCaps(deed.tx, id, priceCaps);
      await deed.tx.update(Tender, { id }, { ...columns, version: tender.version + 1 });
      await deed.record({ type: 'tender', id }, { changed: Object.keys(given(changes)) });
      return this.queries.one(deed.tx, actor, id);
    });
  }

  /** Freezes the tender and its demand, and makes it and its pool the actor's agency's. @throws Refusal 'tender.faults', 'tender.cannot-publish' */
  async publish(actor: Actor, id: string): Promise<TenderView> {
    return this.deeds.run(actor, 'tenders.publish', { id }, async (deed) => {
      const { tx } = deed;
      const tender = await this.lockedTender(deed, id);
      const state = transition(tenderLifecycle, tender.state, 'publish');
      // Before anything of the tender is written: whoever drafts one of the pool holds it, and waits for such a tender.
      await this.poolsService.takeOn(deed, tender.poolId);
      const pool = await this.lockedPool(deed, tender.poolId);
      const [terms, frame] = [await this.termsOf(tx, tender), await this.queries.frame(tx, tender.poolId)];
      unlessFaults(publishFaults(terms, frame, deed.now));

      const { currency, termMonths, poolId } = tender;
      const content = contentOf({ id, poolId, snapshotHash: pool.snapshotHash, currency, termMonths }, terms);
      const contentHash = sha256(canonicalJson(content));
      await freezeDemand(tx, id, demandByLot(terms.lots, frame.demand));
      await tx.update(Tender, { id }, { state, contentHash, publishedAt: deed.now, version: tender.version + 1 });
      await deed.record({ type: 'tender', id }, { contentHash, biddingEndsAt: terms.biddingEndsAt });
      await deed.announce(tenderPublished, { tenderId: id });
      return this.queries.one(tx, actor, id);
    });
  }

  /** Calls a tender off. @throws Refusal 'tender.bidding-ended', 'tender.cannot-cancel' */
  async cancel(actor: Actor, id: string, why: string): Promise<TenderView> {
    return this.deeds.run(actor, 'tenders.cancel', { id, why }, async (deed) => {
      const tender = await this.lockedTender(deed, id);
      const state = transition(tenderLifecycle, tender.state, 'cancel');
      // Read behind the lock: however long the deed waited, it must not cancel what has begun to close.
      const cancelledAt = await databaseNow(deed.tx);
      unless(whyNotCancel(tender, cancelledAt));
      await this.callOff(deed, tender, { state, cancelledAt, whyCancelled: why });
      return this.queries.one(deed.tx, actor, id);
    });
  }

  /**
   * Calls a tender off whose bidding has ended. Only whoever knows that nothing of it is awarded may have it done.
   * @throws Refusal 'tender.bidding-not-ended', 'tender.cannot-abandon'
   */
  async abandon(deed: Deed, id: string, why: string): Promise<void> {
    const tender = await this.lockedTender(deed, id);
    unless(whyNotAbandon(tender, deed.now));
    const state = transition(tenderLifecycle, tender.state, 'abandon');
    await this.callOff(deed, tender, { state, cancelledAt: deed.now, whyCancelled: why });
  }

  /**
   * Gives the locked pool up for which no provider was found. A draft is no obstacle: nobody was asked for anything yet.
   * @throws Refusal 'pool.not-found', 'pool.cannot-release', 'pool.put-out' while a tender of it is published
   */
  async releasePool(actor: Actor, poolId: string, why: string): Promise<ReleasedPoolView> {
    return this.deeds.run(actor, 'pools.release', { poolId, why }, async (deed) => {
      // The pool first: whoever publishes a tender of it holds it, so that none is published from here on.
      await this.poolsService.release(deed, poolId, why);
      unless(whyNotRelease(await deed.tx.findBy(Tender, { poolId })));
      return { poolId, state: 'released', releasedAt: deed.now, whyReleased: why };
    });
  }

  /** A pool that was released is not put out to tender any more, so that its draft goes too. */
  async cancelDraftOf(deed: Deed, poolId: string): Promise<void> {
    const tender = await deed.tx.findOne(Tender, {
      where: { poolId, state: 'draft' },
      lock: { mode: 'pessimistic_write' },
    });
    if (!tender) return;
    const state = transition(tenderLifecycle, tender.state, 'cancel');
    await this.callOff(deed, tender, { state, cancelledAt: deed.now, whyCancelled: 'The pool was released.' });
  }

  private async callOff(
    deed: Deed,
    { id, state: from, version }: Tender,
    cancelled: Pick<Tender, 'state' | 'cancelledAt'> & { readonly whyCancelled: string },
  ): Promise<void> {
    await deed.tx.update(Tender, { id }, { ...cancelled, version: version + 1 });
    await deed.record({ type: 'tender', id }, { from }, cancelled.whyCancelled);
    if (from === 'published') await deed.announce(tenderCancelled, { tenderId: id });
  }

  /** The tender, held until the deed ends. @throws Refusal 'tender.not-found', 'agency.not-yours' */
  private async lockedTender(deed: Deed, id: string): Promise<Tender> {
    const tender = await deed.tx.findOne(Tender, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!tender) throw notFound('tender');
    const agencies: { agencyId: string | null }[] = await deed.tx.query(
      'select agency_id as "agencyId" from tender_agency where tender_id = $1',
      [id],
    );
    unless(whyNotForAgency(agencies[0]?.agencyId ?? null, deed.actor));
    return tender;
  }

  /** The locked pool, held beside others until the deed ends. @throws Refusal 'pool.not-found', 'agency.not-yours' */
  private async lockedPool(deed: Deed, poolId: string): Promise<LockedPool> {
    const pool = await this.pools.lockedPool(deed.tx, poolId);
    if (!pool) throw notFound('pool');
    unless(whyNotForAgency(pool.agencyId, deed.actor));
    return pool;
  }

  private async termsOf(tx: EntityManager, tender: Tender): Promise<TenderTerms> {
    const { title } = tender;
    const { enquiryEndsAt, biddingEndsAt, standstillDays, offerDays, auction } = tender;
    return {
      title,
      lots: await readLots(tx, tender.id),
      ...awardTermsOf(tender),
      priceCaps: await readCaps(tx, tender.id),
      enquiryEndsAt,
      biddingEndsAt,
      standstillDays,
      offerDays,
      auction,
    };
  }

  private async lotPerRegion(tx: EntityManager, frame: TenderFrame): Promise<Lot[]> {
    const groups = regionGroups(frame);
    const names = new Map((await this.catalogue.regions(tx, groups.flat())).map(({ code, name }) => [code, name]));
    return groups.map((regions) => ({
      code: regions[0] ?? '',
      title: regions
        .map((region) => names.get(region) ?? region)
        .join(', ')
        .slice(0, TITLE_LENGTH),
      regions,
    }));
  }
}

/** A group as it is kept: what is not limited is said to be so. */
function groupOf({ lots, minWinners = null, maxWinners = null }: WinnerGroupBody): WinnerGroup {
  return { lots, minWinners, maxWinners };
}

/** Only what was given; what was left out stays. */
function given<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function unlessFaults(faults: readonly Fault[]): void {
  const [first] = faults;
  if (!first) return;
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  throw invalid('tender.faults', `${first.path}: ${first.reason}${rest}`, faults);
}
