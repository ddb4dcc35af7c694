/** Drafting, editing, opening, cancelling and releasing pools. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CatalogueQueries } from '../catalogue/catalogue.queries.js';
import type { Actor } from '../kernel/actor.js';
import { transition } from '../kernel/lifecycle.js';
import { type Fault, invalid, notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { whyStale } from '../platform/http/request.js';
import { PoolEntity } from './pool.entity.js';
import { PoolPagesQueries } from './pool-pages.queries.js';
import type { PoolView } from './pool-views.dto.js';
import type { DraftPool, EditPool } from './pools.dto.js';
import { poolReleased } from './pools.events.js';
import { type PoolLists, PoolsQueries } from './pools.queries.js';
import { poolLifecycle } from './rules/pool-lifecycle.js';
import { type PoolTerms, termFaults, whyNotOpen } from './rules/pool-terms.js';
import { whyNotRun } from './rules/whose-pool.js';

@Injectable()
export class PoolsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly catalogue: CatalogueQueries,
    private readonly pools: PoolsQueries,
    private readonly pages: PoolPagesQueries,
  ) {}

  /**
   * Drafts a pool, sponsored by the actor's organisation, and its own if that is an agency. Regions, tiers and bands may
   * follow until it is opened.
   */
  draft(actor: Actor, terms: DraftPool): Promise<PoolView> {
    return this.deeds.run(actor, 'pools.draft', terms, async (deed) => {
      const { organisationId, organisationKind } = deed.actor;
      if (organisationId === null) throw refuse('pool.no-sponsor', 'A pool is sponsored by an organisation.');
      const lists = { regions: terms.regions ?? [], tiers: terms.tiers ?? [], bands: terms.bands ?? [] };
      const joiningEndsAt = new Date(terms.joiningEndsAt);
      const { title, criticalMass, termMonths, currency } = terms;
      await this.refuseFaults(deed, { joiningEndsAt, criticalMass, termMonths, ...lists });
      const id = randomUUID();
      await deed.tx.insert(PoolEntity, {
        id,
        sponsorId: organisationId,
        agencyId: organisationKind === 'agency' ? organisationId : null,
        title,
        state: poolLifecycle.initial,
        version: 1,
        joiningEndsAt,
        criticalMass,
        termMonths,
        currency,
      });
      await this.writeLists(deed, id, lists);
      await deed.record({ type: 'pool', id }, { title, ...lists, joiningEndsAt, criticalMass, termMonths, currency });
      return this.pages.view(deed.tx, id);
    });
  }

  /** Changes a draft. @throws Refusal 'version.stale', 'pool.cannot-edit', 'pool.terms', 'agency.not-yours' */
  edit(actor: Actor, poolId: string, seenVersion: number, changes: EditPool): Promise<PoolView> {
    return this.deeds.run(actor, 'pools.edit', { poolId, seenVersion, changes }, async (deed) => {
      const pool = await this.locked(deed, poolId);
      const state = transition(poolLifecycle, pool.state, 'edit');
      unless(whyStale(seenVersion, pool.version));
      const before = await this.pools.lists(deed.tx, poolId);
      const lists = {
        regions: changes.regions ?? before.regions,
        tiers: changes.tiers ?? before.tiers,
        bands: changes.bands ?? before.bands,
      };
      const terms = {
        title: changes.title ?? pool.title,
        joiningEndsAt: changes.joiningEndsAt ? new Date(changes.joiningEndsAt) : pool.joiningEndsAt,
        criticalMass: changes.criticalMass ?? pool.criticalMass,
        termMonths: changes.termMonths ?? pool.termMonths,
        currency: changes.currency ?? pool.currency,
      };
      await this.refuseFaults(deed, { ...terms, ...lists });
      await deed.tx.update(PoolEntity, { id: poolId }, { ...terms, state, version: pool.version + 1 });
      await this.writeLists(deed, poolId, lists);
      await deed.record({ type: 'pool', id: poolId }, { ...terms, ...lists });
      return this.pages.view(deed.tx, poolId);
    });
  }

  /** Opens a draft for joining: its terms are frozen, and joining will end by itself. */
  open(actor: Actor, poolId: string): Promise<PoolView> {
    return this.deeds.run(actor, 'pools.open', { poolId }, async (deed) => {
      const pool = await this.locked(deed, poolId);
      const lists = await this.pools.lists(deed.tx, poolId);
      const { state, joiningEndsAt, criticalMass, termMonths } = pool;
      unless(whyNotOpen({ state, joiningEndsAt, criticalMass, termMonths, ...lists }, deed.now));
      await deed.tx.update(
        PoolEntity,
        { id: poolId },
        {
          state: transition(poolLifecycle, state, 'open'),
          version: pool.version + 1,
          openedAt: deed.now,
          dueAt: joiningEndsAt,
        },
      );
      await deed.record({ type: 'pool', id: poolId }, { joiningEndsAt });
      return this.pages.view(deed.tx, poolId);
    });
  }

  /** Cancels a draft or an open pool. */
  cancel(actor: Actor, poolId: string, why: string): Promise<PoolView> {
    return this.deeds.run(actor, 'pools.cancel', { poolId, why }, async (deed) => {
      const pool = await this.locked(deed, poolId);
      const state = transition(poolLifecycle, pool.state, 'cancel');
      await deed.tx.update(
        PoolEntity,
        { id: poolId },
        { state, version: pool.version + 1, dueAt: null, cancelledAt: deed.now, whyCancelled: why },
      );
      await deed.record({ type: 'pool', id: poolId }, { from: pool.state }, why);
      return this.pages.view(deed.tx, poolId);
    });
  }

  /**
   * Gives a locked pool up for good, and with it its pledges. Only whoever knows that providers are asked for nothing
   * any more may have it done.
   * @throws Refusal 'pool.not-found', 'pool.cannot-release', 'agency.not-yours'
   */
  async release(deed: Deed, poolId: string, why: string): Promise<void> {
    const pool = await this.locked(deed, poolId);
    const state = transition(poolLifecycle, pool.state, 'release');
    await deed.tx.update(
      PoolEntity,
      { id: poolId },
      { state, version: pool.version + 1, releasedAt: deed.now, whyReleased: why },
    );
    await deed.record({ type: 'pool', id: poolId }, { from: pool.state }, why);
    await deed.announce(poolReleased, { poolId });
  }

  /**
   * The pool belongs to the actor's agency from now on, as whatever follows from it does. It must be done before anything
   * that belongs to the pool is written.
   * @throws Refusal 'pool.not-found', 'agency.not-yours'
   */
  async takeOn(deed: Deed, poolId: string): Promise<void> {
    const pool = await this.locked(deed, poolId);
    const { organisationId: agencyId, organisationKind } = deed.actor;
    if (pool.agencyId !== null || organisationKind !== 'agency') return;
    await deed.tx.update(PoolEntity, { id: poolId }, { agencyId, version: pool.version + 1 });
    await deed.record({ type: 'pool', id: poolId }, { agencyId });
  }

  /** The pool, held until the deed ends, for whoever runs it. */
  private async locked(deed: Deed, poolId: string): Promise<PoolEntity> {
    const pool = await deed.tx.findOne(PoolEntity, { where: { id: poolId }, lock: { mode: 'pessimistic_write' } });
    if (!pool) throw notFound('pool');
    unless(whyNotRun(pool, deed.actor));
    return pool;
  }

  private async refuseFaults(deed: Deed, terms: PoolTerms): Promise<void> {
    const tiers = terms.tiers.map((tier) => tier.tierCode);
    const unknownRegions = await this.catalogue.unknownRegions(deed.tx, [...terms.regions]);
    const unknownTiers = await this.catalogue.unknownTiers(deed.tx, tiers);
    const faults: Fault[] = [
      ...termFaults(terms),
      ...unknownRegions.map((code) => ({
        path: `regions.${terms.regions.indexOf(code)}`,
        reason: `There is no region ${code} in the catalogue.`,
      })),
      ...unknownTiers.map((code) => ({
        path: `tiers.${tiers.indexOf(code)}.tierCode`,
        reason: `There is no service tier ${code} in the catalogue.`,
      })),
    ];
    const [fault] = faults;
    if (fault) throw invalid('pool.terms', `${fault.path}: ${fault.reason}`, faults);
  }

  private async writeLists(deed: Deed, poolId: string, { regions, tiers, bands }: PoolLists): Promise<void> {
    await deed.tx.query('delete from pool_band where pool_id = $1', [poolId]);
    await deed.tx.query('delete from pool_tier where pool_id = $1', [poolId]);
    await deed.tx.query('delete from pool_region where pool_id = $1', [poolId]);
    await deed.tx.query('insert into pool_region select $1, unnest($2::text[])', [poolId, regions]);
    await deed.tx.query('insert into pool_tier select $1, * from unnest($2::text[], $3::bigint[])', [
      poolId,
      tiers.map((tier) => tier.tierCode),
      tiers.map((tier) => tier.openMarketMonthly),
    ]);
    const prices = bands.flatMap((band) =>
      Object.entries(band.monthly).map(([tier, monthly]) => ({ tier, from: band.from, monthly })),
    );
    await deed.tx.query('insert into pool_band select $1, * from unnest($2::text[], $3::integer[], $4::bigint[])', [
      poolId,
      prices.map((p) => p.tier),
      prices.map((p) => p.from),
      prices.map((p) => p.monthly),
    ]);
  }
}
