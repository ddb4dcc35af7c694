/**
 * The lines by which improvements of a tariff are measured. They come from what providers are shown and from nothing
 * else, so that each can compute its own evaluated cost, and none learns from it what a single business wants.
 */
import { allocate } from '../../kernel/money.js';
import type { LotCell, ShownLotDemand } from './shown-demand.js';
import type { Lot } from './terms.js';

/** Lines by lot and tier; cells to which no line comes are left out. */
export type ReferenceDemand = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Firm lines and lines of interest per lot and tier. The lines of cells that are shown together are divided equally
 * among these cells, by largest remainder in the order of lots' and tiers' codes.
 */
export function referenceDemand(lots: readonly Pick<Lot, 'code'>[], shown: ShownLotDemand): ReferenceDemand {
  const reference = new Map(lots.map(({ code }) => [code, new Map<string, number>()]));
  for (const { cells, lines } of [...shown.firm, ...shown.interest]) {
    const parts = allocate(
      BigInt(lines),
      cells.map(() => 1n),
    );
    for (const [at, { lot, tier }] of cells.toSorted(byCode).entries()) {
      const tiers = reference.get(lot);
      const part = Number(parts[at] ?? 0n);
      if (tiers && part > 0) tiers.set(tier, (tiers.get(tier) ?? 0) + part);
    }
  }
  return Object.fromEntries(
    [...reference].map(([lot, tiers]) => [lot, Object.fromEntries([...tiers].toSorted(([a], [b]) => compare(a, b)))]),
  );
}

function byCode(a: LotCell, b: LotCell): number {
  return compare(a.lot, b.lot) || compare(a.tier, b.tier);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
