/**
 * The demand of a tender as it is read: lines per group of lot and tier. Whoever may know the exact numbers sees groups
 * of one cell. Providers see the pool's merged groups, only renamed from regions to lots and summed: a division of its
 * own, by lots, could be subtracted from the pool's.
 */
import { type DemandGroup, mergeSmallCells } from '../../pools/rules/suppress.js';
import type { Lot, RegionDemand, TenderFrame } from './terms.js';

export interface LotCell {
  readonly lot: string;
  readonly tier: string;
}

/** Lines that are wanted in these cells together. */
export interface LotGroup {
  readonly cells: readonly LotCell[];
  readonly lines: number;
}

export interface ShownLotDemand {
  readonly firm: readonly LotGroup[];
  readonly interest: readonly LotGroup[];
}

/** Every cell with its own count. */
export function exactDemand(lots: readonly Lot[], demand: readonly RegionDemand[]): ShownLotDemand {
  const groups = (linesOf: (cell: RegionDemand) => number): DemandGroup[] =>
    demand.map((cell) => ({ cells: [cell], lines: linesOf(cell) }));
  return {
    firm: byLot(
      lots,
      groups((cell) => cell.firmLines),
    ),
    interest: byLot(
      lots,
      groups((cell) => cell.interestLines),
    ),
  };
}

/** The demand as those see it who may not know what a single business wants. */
export function mergedDemand(lots: readonly Lot[], { demand, regions, tiers }: TenderFrame): ShownLotDemand {
  const shown = mergeSmallCells(demand, regions, tiers);
  return { firm: byLot(lots, shown.firm), interest: byLot(lots, shown.interest) };
}

/** The lots of which every count is told: none of their cells is only known together with another. */
export function toldLots(lots: readonly Lot[], shown: ShownLotDemand): ReadonlySet<string> {
  const together = [...shown.firm, ...shown.interest].filter(({ cells }) => cells.length > 1);
  const hidden = new Set(together.flatMap(({ cells }) => cells.map(({ lot }) => lot)));
  return new Set(lots.map(({ code }) => code).filter((code) => !hidden.has(code)));
}

/**
 * The regions of which it is told that lines are wanted there. Where too few lines are wanted to say in which cells they
 * are, the pool shows one group of all cells, and nothing is told of any region.
 */
export function regionsTold({ demand, regions, tiers }: TenderFrame): ReadonlySet<string> {
  const shown = mergeSmallCells(demand, regions, tiers);
  const everything = regions.length * tiers.length;
  const told = [shown.firm, shown.interest].flatMap((groups) =>
    groups.length === 1 && groups[0]?.cells.length === everything ? [] : groups,
  );
  return new Set(told.flatMap(({ cells }) => cells.map(({ regionCode }) => regionCode)));
}

/** The most lines there can be in each lot for all that is shown. */
export function mostLinesByLot(lots: readonly Lot[], shown: ShownLotDemand): Readonly<Record<string, number>> {
  const groups = [...shown.firm, ...shown.interest];
  return Object.fromEntries(
    lots.map(({ code }) => [
      code,
      groups.filter(({ cells }) => cells.some(({ lot }) => lot === code)).reduce((sum, { lines }) => sum + lines, 0),
    ]),
  );
}

/** All lines there are: merging leaves their sum as it is, and the pool's page shows it to everybody. */
export function totalLines(shown: ShownLotDemand): number {
  return [...shown.firm, ...shown.interest].reduce((sum, { lines }) => sum + lines, 0);
}

function byLot(lots: readonly Lot[], groups: readonly DemandGroup[]): LotGroup[] {
  const lotOf = new Map(lots.flatMap((lot) => lot.regions.map((region) => [region, lot.code] as const)));
  const summed = new Map<string, LotGroup>();
  for (const group of groups.filter(({ lines }) => lines > 0)) {
    const cells = new Map<string, LotCell>();
    for (const { regionCode, tierCode: tier } of group.cells) {
      const lot = lotOf.get(regionCode);
      if (lot !== undefined) cells.set(`${lot} ${tier}`, { lot, tier });
    }
    const names = [...cells.keys()].sort();
    const key = names.join('\n');
    const before = summed.get(key);
    summed.set(key, {
      cells: names.flatMap((name) => cells.get(name) ?? []),
      lines: group.lines + (before?.lines ?? 0),
    });
  }
  return [...summed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
