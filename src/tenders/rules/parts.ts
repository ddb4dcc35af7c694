/** What of a tender goes to one provider as a whole, and how it is called in a refusal. */
import { demandByLot, linesOf } from './lot-demand.js';
import type { TenderFrame, TenderTerms } from './terms.js';

/** A lot, or a tier of one: what is awarded as a whole, unless lines are shared. */
export interface Part {
  readonly name: string;
  readonly lot: string;
  readonly lines: number;
}

/** All lots that are awarded whole, else all tiers of lots. */
export function partsOf(terms: TenderTerms, frame: TenderFrame): Part[] {
  return [...demandByLot(terms.lots, frame.demand)].flatMap(([lot, demand]): Part[] =>
    terms.awardRule === 'lot'
      ? [{ name: `Lot ${lot}`, lot, lines: linesOf(demand) }]
      : Object.entries(demand).map(([tier, { firm, interest }]) => ({
          name: `Tier ${tier} of lot ${lot}`,
          lot,
          lines: firm + interest,
        })),
  );
}

/** So many parts in words. */
export function unitWords({ awardRule }: Pick<TenderTerms, 'awardRule'>, count: number): string {
  if (awardRule === 'lot') return count === 1 ? '1 lot' : `${count} lots`;
  return count === 1 ? '1 tier of a lot' : `${count} tiers of lots`;
}

export function percent(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}
