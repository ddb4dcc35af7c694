/**
 * The way back from quantities to single lines. Within a lot and tier, lines stand in the order in which they were pledged;
 * a cell covers the positions [from, from + lines), a line of several connections as many positions. Which lines of a cell
 * a bid gets makes no difference to its price or to what it can serve, so the order of the pledges may decide.
 */
import type { LotCode, TierCode } from '../../pricing/rules/tariff.js';
import type { AwardCell, Winner } from './award.js';

/** A cell of a bid. */
export interface Share extends AwardCell {
  readonly bidId: string;
}

export interface Shares {
  /** cells that are all of their lot and tier: their lines need not be counted to be told apart */
  readonly whole: readonly Share[];
  /** cells that begin or end within their lot and tier, by lot and tier, then in order of position */
  readonly parts: readonly Share[];
}

/**
 * Who has which positions.
 * @param demand all lines per lot and tier
 * @throws Error when two cells cover the same position, or one reaches beyond the lines that there are
 */
export function sharesOf(
  winners: readonly Pick<Winner, 'bidId' | 'cells'>[],
  demand: (lot: LotCode, tier: TierCode) => number,
): Shares {
  const shares = winners
    .flatMap(({ bidId, cells }) => cells.map((cell): Share => ({ ...cell, bidId })))
    .sort((a, b) => compare(a.lot, b.lot) || compare(a.tier, b.tier) || a.from - b.from);
  for (const [at, { lot, tier, from, lines }] of shares.entries()) {
    const next = shares[at + 1];
    const end = next?.lot === lot && next.tier === tier ? next.from : demand(lot, tier);
    if (from + lines > end) throw new Error(`a cell of ${lot}, ${tier} ends at ${from + lines}, beyond ${end}`);
  }
  const isWhole = ({ lot, tier, from, lines }: Share): boolean => from === 0 && lines === demand(lot, tier);
  return { whole: shares.filter(isWhole), parts: shares.filter((share) => !isWhole(share)) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
