import { notFound, unless } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { PoolState } from './rules/pool-lifecycle.js';
import { type JoinablePool, whyNotJoinNow } from './rules/pledging.js';
import { type Sponsored, whyNotSee } from './rules/whose-pool.js';

export interface OpenPool extends JoinablePool {
  readonly sponsorId: string;
  readonly currency: string;
  /** the pledge of the site asked for, if it has joined */
  readonly pledgeId: string | null;
}

// Only a pool that can be joined is locked: latecomers must not keep the end of joining from getting at the row.
const OPEN_POOL = `
  select p.state, p.joining_ends_at as "joiningEndsAt", p.sponsor_id as "sponsorId", p.currency,
    array(select region_code from pool_region r where r.pool_id = p.id order by 1) as regions,
    array(select tier_code from pool_tier t where t.pool_id = p.id order by 1) as tiers,
    (select g.id from site s join pledge g on g.site_id = s.id and g.pool_id = p.id
     where s.member_id = $3 and s.reference = $4) as "pledgeId"
  from pool p where p.id = $1 and p.state = 'open' and p.joining_ends_at > $2 for share of p`;

/**
 * Reads a pool that can be joined now and keeps it open until the deed ends: its row is shared among joins, and
 * waited for by the end of joining.
 * @throws Refusal 'pool.not-found', 'pool.not-open', 'pool.joining-ended'
 */
export async function joinablePool(
  deed: Deed,
  poolId: string,
  site: { readonly memberId: string; readonly reference: string } | null = null,
): Promise<OpenPool> {
  const rows: OpenPool[] = await deed.tx.query(OPEN_POOL, [
    poolId,
    deed.now,
    site?.memberId ?? null,
    site?.reference ?? null,
  ]);
  const [open] = rows;
  if (open) return open;
  const closed: (Sponsored & { state: PoolState; joiningEndsAt: Date })[] = await deed.tx.query(
    `select sponsor_id as "sponsorId", opened_at as "openedAt", state, joining_ends_at as "joiningEndsAt"
     from pool where id = $1`,
    [poolId],
  );
  const [pool] = closed;
  if (!pool) throw notFound('pool');
  unless(whyNotSee(pool, deed.actor));
  throw whyNotJoinNow(pool, deed.now) ?? notFound('pool');
}
