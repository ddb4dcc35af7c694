/**
 * Bands in which a problem may be servable, found without trying them: bid after bid takes what is left at the lowest cost
 * of a line. For markets so large that a local search, begun with nothing, would hardly reach all lines before the limit.
 */
import type { BandOption, Market } from './market.js';
import { NONE } from './region.js';

/** What an option would take of what is left. */
interface Taking {
  readonly lines: number;
  readonly cost: number;
}

/**
 * An option of each bid, NONE for nothing.
 * @param wide whether whoever takes most lines comes first, instead of whoever takes them cheapest
 */
export function greedyBands(market: Market, wide: boolean): Int32Array {
  const left = Float64Array.from(market.units, ({ pieces }) => pieces);
  const shareLeft = new Float64Array(market.providers.length).fill(market.shareLines);
  const places = { left: market.maxWinners };
  const won = new Uint8Array(market.providers.length);
  const bands = new Int32Array(market.bids.length).fill(NONE);
  const slotOf = new Map(market.slotsOf.flatMap((slots) => slots.flatMap((slot) => slot.map((bid) => [bid, slot]))));
  const mayTake = (bid: number): boolean => {
    const provider = market.bids[bid]?.provider ?? 0;
    const taken = slotOf.get(bid)?.some((other) => bands[other] !== NONE) ?? false;
    return !taken && (won[provider] === 1 || market.counts[provider] === 0 || places.left > 0);
  };
  for (let round = 0; round < market.bids.length; round += 1) {
    let best: { readonly option: number; readonly lines: number; readonly each: number } | null = null;
    for (const [o, option] of market.options.entries()) {
      if (!mayTake(option.bid)) continue;
      const { provider = 0, activation = 0 } = market.bids[option.bid] ?? {};
      const { lines, cost } = takingOf(market, option, left, shareLeft[provider] ?? 0, null);
      if (lines === 0 || lines < option.lo) continue;
      const each = (cost + activation) / lines;
      const first = best === null || (wide && lines !== best.lines ? lines > best.lines : each < best.each);
      if (first) best = { option: o, lines, each };
    }
    const option = best && market.options[best.option];
    if (!best || !option) break;
    const provider = market.bids[option.bid]?.provider ?? 0;
    takingOf(market, option, left, shareLeft[provider] ?? 0, left);
    shareLeft[provider] = (shareLeft[provider] ?? 0) - best.lines;
    if (won[provider] === 0) places.left -= market.counts[provider] ?? 1;
    won[provider] = 1;
    bands[option.bid] = best.option;
  }
  return bands;
}

/** What an option takes of the pieces left, unit by unit; takes it away from `from` where that is given. */
function takingOf(
  market: Market,
  option: BandOption,
  left: Float64Array,
  shareLeft: number,
  from: Float64Array | null,
): Taking {
  let room = Math.min(option.hi, shareLeft);
  let [lines, cost] = [0, 0];
  for (let k = 0; k < option.units.length && room > 0; k += 1) {
    const u = option.units[k] ?? 0;
    const weight = market.units[u]?.weight ?? 1;
    const pieces = Math.min(left[u] ?? 0, option.pieces[k] ?? 0, Math.floor(room / weight));
    if (pieces === 0) continue;
    room -= pieces * weight;
    lines += pieces * weight;
    cost += pieces * (option.costs[k] ?? 0);
    if (from) from[u] = (from[u] ?? 0) - pieces;
  }
  return { lines, cost };
}
