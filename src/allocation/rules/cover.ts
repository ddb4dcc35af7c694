/** Whether so few providers as may win can serve everything, bands and volumes aside: if not, nothing else need be tried. */
import type { Market } from './market.js';
import { ownersOf, type Region } from './region.js';

/** Choices that are tried; then it is left open. */
const TRIES = 2_000;

/** False when it is proved that no choice of winners offers all units of a region. */
export function coverable(market: Market, region: Region): boolean {
  const offering = market.units.map((_, unit) => [
    ...new Set(ownersOf(market, region, unit).map((bid) => market.bids[bid]?.provider ?? 0)),
  ]);
  offering.sort((a, b) => a.length - b.length);
  const wins = market.included.map((included, p) => (included === 1 || market.counts[p] === 0 ? 1 : 0));
  const winners = market.included.reduce((sum, included, p) => sum + included * (market.counts[p] ?? 1), 0);
  if (winners > market.maxWinners) return false;
  const barred = new Uint8Array(wins.length);
  let tries = TRIES;
  const cover = (counted: number): boolean => {
    // The unit that leaves the least choice, of those that no winner offers.
    const able = (providers: readonly number[]) => providers.filter((p) => barred[p] === 0);
    let least: number[] | null = null;
    for (const providers of offering) {
      if (providers.some((p) => wins[p] === 1)) continue;
      const left = able(providers);
      if (least === null || left.length < least.length) least = left;
    }
    if (least === null || (tries -= 1) < 0) return true;
    if (counted >= market.maxWinners) return false;
    // Whoever was tried in vain is not among the winners of the next try.
    const found = least.some((p) => {
      wins[p] = 1;
      if (cover(counted + 1)) return true;
      wins[p] = 0;
      barred[p] = 1;
      return false;
    });
    if (!found) for (const p of least) barred[p] = 0;
    return found;
  };
  return cover(winners);
}
