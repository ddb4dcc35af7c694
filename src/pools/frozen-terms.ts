import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { JoinablePool } from './rules/pledging.js';

/** Opened pools are few; beyond so many the one read longest ago is forgotten. */
const POOLS_KEPT = 1_000;

export type KeptTerms = Omit<JoinablePool, 'state'>;

/** What a join is judged by, kept in memory: opening froze it, so that it is read once and not by every joiner. */
@Injectable()
export class FrozenTerms {
  private readonly kept = new Map<string, KeptTerms>();

  /** The terms of a pool that was opened, whatever became of it since; null when it was not. */
  async terms(tx: EntityManager, poolId: string): Promise<KeptTerms | null> {
    const kept = this.kept.get(poolId);
    if (kept) return kept;
    const rows: KeptTerms[] = await tx.query(
      `select joining_ends_at as "joiningEndsAt", term_months as "termMonths",
         array(select region_code from pool_region r where r.pool_id = p.id order by 1) as regions,
         array(select tier_code from pool_tier t where t.pool_id = p.id order by 1) as tiers
       from pool p where id = $1 and opened_at is not null`,
      [poolId],
    );
    const [terms] = rows;
    if (!terms) return null;
    this.kept.set(poolId, terms);
    const [oldest] = this.kept.keys();
    if (this.kept.size > POOLS_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return terms;
  }
}
