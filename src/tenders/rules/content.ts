/** What the content hash of a published tender stands for. */
import { demandByLot, type DemandByTier } from './lot-demand.js';
import type { Lot, TenderFrame, TenderTerms } from './terms.js';

/** Where a tender comes from: all that is not the officer's to write. */
export interface TenderOrigin {
  readonly id: string;
  readonly poolId: string;
  /** hash of the pool's demand snapshot */
  readonly snapshotHash: string;
  readonly currency: string;
  readonly termMonths: number;
}

export interface TenderContent extends TenderOrigin, Omit<TenderTerms, 'lots'> {
  readonly lots: readonly (Lot & { readonly demand: DemandByTier })[];
}

/** The content of a tender in one order, however it was written: lots by code, regions by code. */
export function contentOf(origin: TenderOrigin, terms: TenderTerms, frame: TenderFrame): TenderContent {
  const demand = demandByLot(terms.lots, frame.demand);
  return {
    ...origin,
    ...terms,
    lots: terms.lots
      .toSorted((a, b) => (a.code < b.code ? -1 : 1))
      .map((lot) => ({ ...lot, regions: lot.regions.toSorted(), demand: demand.get(lot.code) ?? {} })),
  };
}
