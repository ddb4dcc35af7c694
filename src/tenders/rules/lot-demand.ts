/** The demand of a tender, counted by lot and tier out of the pool's regions. */
import type { Lines, Lot, RegionDemand } from './terms.js';

export type DemandByTier = Readonly<Record<string, Lines>>;

/**
 * The cells that are bid on: lines of one lot and tier. A bid names lots and tiers, never sites, and its capacities count
 * lines, whichever they are: who can serve a line is the same for all lines of a cell, and any two of them can take each
 * other's place.
 * @returns lines per lot and tier, in the order of the lots and of the tiers' codes. Tiers that nobody asked for are left
 * out, and regions that belong to no lot are not counted: `lotFaults` names them.
 */
export function demandByLot(lots: readonly Lot[], demand: readonly RegionDemand[]): Map<string, DemandByTier> {
  const lotOf = new Map(lots.flatMap((lot) => lot.regions.map((region) => [region, lot.code] as const)));
  const counted = new Map<string, Map<string, Lines>>(lots.map((lot) => [lot.code, new Map()]));
  for (const cell of demand.toSorted((a, b) => (a.tierCode < b.tierCode ? -1 : a.tierCode > b.tierCode ? 1 : 0))) {
    const tiers = counted.get(lotOf.get(cell.regionCode) ?? '');
    if (!tiers || cell.firmLines + cell.interestLines === 0) continue;
    const { firm, interest } = tiers.get(cell.tierCode) ?? { firm: 0, interest: 0 };
    tiers.set(cell.tierCode, { firm: firm + cell.firmLines, interest: interest + cell.interestLines });
  }
  return new Map([...counted].map(([lot, tiers]) => [lot, Object.fromEntries(tiers)]));
}

/** All lines of a demand, firm and of interest. */
export function linesOf(demand: DemandByTier): number {
  return Object.values(demand).reduce((sum, { firm, interest }) => sum + firm + interest, 0);
}
