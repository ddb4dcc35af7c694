/** What the content hash of a published tender stands for. */
import { canonicalJson } from '../../kernel/canonical.js';
import type { TenderTerms, WinnerGroup } from './terms.js';

/** Where a tender comes from: all that is not the officer's to write. */
export interface TenderOrigin {
  readonly id: string;
  readonly poolId: string;
  /**
   * hash of the pool's demand snapshot, which fixes the demand of every lot; the counts themselves are left out, for
   * those that are hidden could be tried until the hash fits
   */
  readonly snapshotHash: string;
  readonly currency: string;
  readonly termMonths: number;
}

/** Rules that a tender need not have. One without them has the content, and the hash, of a tender that cannot have them. */
type OptionalRule = 'winnerGroups' | 'budgetMinor' | 'maxCostShareBp';

export type TenderContent = TenderOrigin & Omit<TenderTerms, OptionalRule> & Partial<Pick<TenderTerms, OptionalRule>>;

/**
 * The content of a tender in one order, however it was written: lots by code, regions by code, groups by their lots.
 * Rules that it does not set are left out.
 */
export function contentOf(origin: TenderOrigin, all: TenderTerms): TenderContent {
  const { winnerGroups, budgetMinor, maxCostShareBp, ...terms } = all;
  return {
    ...origin,
    ...terms,
    ...(winnerGroups.length === 0 ? {} : { winnerGroups: inOrder(winnerGroups) }),
    ...(budgetMinor === null ? {} : { budgetMinor }),
    ...(maxCostShareBp === null ? {} : { maxCostShareBp }),
    lots: terms.lots
      .toSorted((a, b) => (a.code < b.code ? -1 : 1))
      .map((lot) => ({ ...lot, regions: lot.regions.toSorted() })),
  };
}

function inOrder(groups: readonly WinnerGroup[]): WinnerGroup[] {
  return groups
    .map((group) => ({ ...group, lots: group.lots.toSorted() }))
    .map((group) => ({ group, place: canonicalJson(group) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ group }) => group);
}
