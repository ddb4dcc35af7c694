/** Whether so few providers as may win can serve everything, bands and volumes aside: if not, nothing else need be tried. */
import type { Market } from './market.js';
import { NONE, type Region } from './region.js';

/** Choices that are tried; then it is left open. */
const TRIES = 2_000;

/**
 * The providers that may win a unit, each such choice once, the narrowest first. Bid after bid parts the units that had the
 * same choice so far, so that no list per unit is made: there may be many units, and few choices.
 */
function choicesOfProviders(market: Market, region: Region): (readonly number[])[] {
  const units = market.units.length;
  const choices: (readonly number[])[] = [[]];
  const choiceOf = new Int32Array(units);
  const offeredBy = new Int32Array(units).fill(NONE);
  market.bids.forEach(({ provider, options }, bid) => {
    const parted = new Map<number, number>();
    for (const o of options) {
      const offered = market.options[o]?.units;
      if (region.allowed[o] !== 1 || !offered) continue;
      for (let k = 0; k < offered.length; k += 1) {
        const u = offered[k] ?? 0;
        if (offeredBy[u] === bid || region.forbidden?.[bid * units + u] === 1) continue;
        offeredBy[u] = bid;
        const before = choiceOf[u] ?? 0;
        let choice = parted.get(before);
        if (choice === undefined) {
          const providers = choices[before] ?? [];
          choice = choices.push(providers.includes(provider) ? providers : [...providers, provider]) - 1;
          parted.set(before, choice);
        }
        choiceOf[u] = choice;
      }
    }
  });
  return [...new Set(choiceOf)].map((choice) => choices[choice] ?? []).sort((a, b) => a.length - b.length);
}

/** False when it is proved that no choice of winners offers all units of a region. */
export function coverable(market: Market, region: Region): boolean {
  const offering = choicesOfProviders(market, region);
  const wins = market.included.map((included, p) => (included === 1 || market.counts[p] === 0 ? 1 : 0));
  const winners = market.included.reduce((sum, included, p) => sum + included * (market.counts[p] ?? 1), 0);
  if (winners > market.maxWinners) return false;
  const barred = new Uint8Array(wins.length);
  let tries = TRIES;
  const cover = (counted: number): boolean => {
    // The unit that leaves the least choice, of those that no winner offers.
    const able = (providers: readonly number[]) => providers.filter((p) => barred[p] === 0);
    let least: readonly number[] | null = null;
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
