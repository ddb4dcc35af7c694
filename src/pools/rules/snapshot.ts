/** The demand snapshot that a pool freezes when it locks: what providers bid for, and what its hash stands for. */
import { canonicalJson } from '../../kernel/canonical.js';
import type { PoolTier } from './pool-terms.js';
import type { DemandCell } from './suppress.js';

export interface SnapshotTerms {
  readonly poolId: string;
  /** random, and told to the agency only: else counts that are hidden could be tried until the hash fits */
  readonly salt: string;
  readonly currency: string;
  readonly termMonths: number;
  readonly regions: readonly string[];
  readonly tiers: readonly PoolTier[];
}

/** The canonical text of a snapshot: the same demand under the same terms has the same text, in whatever order read. */
export function snapshotText(terms: SnapshotTerms, cells: readonly DemandCell[]): string {
  return canonicalJson({
    poolId: terms.poolId,
    salt: terms.salt,
    currency: terms.currency,
    termMonths: terms.termMonths,
    regions: terms.regions.toSorted(),
    tiers: terms.tiers
      .map(({ tierCode, openMarketMonthly }) => ({ tierCode, openMarketMonthly }))
      .toSorted((a, b) => compare(a.tierCode, b.tierCode)),
    demand: cells
      .map(({ regionCode, tierCode, firmLines, interestLines }) => ({ regionCode, tierCode, firmLines, interestLines }))
      .toSorted((a, b) => compare(a.regionCode, b.regionCode) || compare(a.tierCode, b.tierCode)),
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
