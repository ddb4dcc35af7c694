/** What the content hash of a published tender stands for. */
import type { TenderTerms } from './terms.js';

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

export type TenderContent = TenderOrigin & TenderTerms;

/** The content of a tender in one order, however it was written: lots by code, regions by code. */
export function contentOf(origin: TenderOrigin, terms: TenderTerms): TenderContent {
  return {
    ...origin,
    ...terms,
    lots: terms.lots
      .toSorted((a, b) => (a.code < b.code ? -1 : 1))
      .map((lot) => ({ ...lot, regions: lot.regions.toSorted() })),
  };
}
