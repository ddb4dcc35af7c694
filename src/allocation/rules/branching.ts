/** How a region is split when its bound does not settle it: two parts without overlap and without loss. */
import type { Fractions } from './formulation.js';
import type { Market } from './market.js';
import { choicesOf, keepChoices, keepOwners, NONE, ownersOf, type Region } from './region.js';

/** Less of a fraction than this is rounding of the linear solver. */
const FRACTION = 1e-6;
/** A bid that wins little is decided after those with high bands, unless it is in doubt by so many times as much. */
const SMALL = 0.02;
/** Ways to choose the bands of all bids that are few. */
const FEW_BANDS = 4;

export interface Split {
  readonly parts: readonly Region[];
  /** tells splits of the same bid, or of the same unit, from others */
  readonly of: string;
  /** how undecided the relaxation is here, in lines */
  readonly doubt: number;
}

/** Splits where the relaxation takes bands or whole units in part, the most doubtful first. */
export function fractionalSplits(market: Market, region: Region, fractions: Fractions, most: number): Split[] {
  const bids = market.bids.flatMap((_, bid) => splitOfBid(market, region, bid, fractions) ?? []);
  if (bids.length > 0) return ranked(bids, most);
  if (market.divisible) return [];
  // The relaxation has made up its mind; where few bands are left, it is quicker to look at all of them than at units.
  const left = market.bids.reduce((product, _, bid) => product * choicesOf(market, region, bid).length, 1);
  if (left > 1 && left <= FEW_BANDS) return [];
  return ranked(unitSplits(market, region, fractions, most), most);
}

function ranked(splits: readonly Split[], most: number): Split[] {
  return splits
    .map((split, at) => ({ split, at }))
    .sort((a, b) => b.split.doubt - a.split.doubt || a.at - b.at)
    .slice(0, most)
    .map(({ split }) => split);
}

/** Splits a bid's choices, ascending by lines, near the middle of their fractions. */
function splitOfBid(market: Market, region: Region, bid: number, fractions: Fractions): Split | null {
  const choices = choicesOf(market, region, bid);
  const taken = choices.reduce((sum, o) => sum + (o === NONE ? 0 : (fractions.bands[o] ?? 0)), 0);
  const shares = choices.map((o) => (o === NONE ? 1 - taken : (fractions.bands[o] ?? 0)));
  const undecided = shares.map((share) => share * (1 - share));
  if (choices.length < 2 || undecided.reduce((sum, part) => sum + part, 0) < FRACTION) return null;
  const lines = (o: number) => market.totalLines * SMALL + (market.options[o]?.lo ?? 0);
  const doubt = undecided.reduce((sum, part, k) => sum + part * lines(choices[k] ?? NONE), 0);
  let below = 0;
  let cut = 1;
  let nearest = Infinity;
  for (let k = 1; k < choices.length; k += 1) {
    below += shares[k - 1] ?? 0;
    const off = Math.abs(below - 0.5);
    if (off < nearest - 1e-9) [nearest, cut] = [off, k];
  }
  const parts = [choices.slice(0, cut), choices.slice(cut)].map((kept) => keepChoices(market, region, bid, kept));
  return { parts, of: `bid ${bid}`, doubt };
}

function unitSplits(market: Market, region: Region, fractions: Fractions, most: number): Split[] {
  const doubts: { unit: number; bid: number; doubt: number }[] = [];
  market.units.forEach((unit, u) => {
    let best = { unit: u, bid: NONE, doubt: FRACTION };
    market.bids.forEach((_, bid) => {
      const part = fractions.pieces[bid * market.units.length + u] ?? 0;
      const doubt = Math.min(part, 1 - part) * unit.weight;
      if (doubt > best.doubt) best = { unit: u, bid, doubt };
    });
    if (best.bid !== NONE) doubts.push(best);
  });
  doubts.sort((a, b) => b.doubt - a.doubt || a.unit - b.unit);
  return doubts.slice(0, most).flatMap(({ unit, bid, doubt }): Split[] => {
    const owners = ownersOf(market, region, unit);
    // A unit may be served in part by its only owner, the rest going missing: there is nothing to split then.
    if (owners.length < 2 || !owners.includes(bid)) return [];
    const others = owners.filter((i) => i !== bid);
    const parts = [keepOwners(market, region, unit, others), keepOwners(market, region, unit, [bid])];
    return [{ parts, of: `unit ${unit}`, doubt }];
  });
}

/** Splits off one choice that is still open, of the earliest bid or first unit; null when all is decided. */
export function anySplit(market: Market, region: Region, fractions: Fractions | null): Split | null {
  for (let bid = 0; bid < market.bids.length; bid += 1) {
    const choices = choicesOf(market, region, bid);
    if (choices.length < 2) continue;
    const taken = choices.find((o) => o !== NONE && (fractions?.bands[o] ?? 0) > 0.5);
    const kept = taken ?? choices[fractions ? 0 : choices.length - 1] ?? NONE;
    return splitOff(choices, kept, (part) => keepChoices(market, region, bid, part));
  }
  if (market.divisible) return null;
  for (let unit = 0; unit < market.units.length; unit += 1) {
    const owners = ownersOf(market, region, unit);
    if (owners.length < 2) continue;
    const share = (i: number) => fractions?.pieces[i * market.units.length + unit] ?? 0;
    const kept = owners.reduce((best, i) => (share(i) > share(best) ? i : best), owners[0] ?? 0);
    return splitOff(owners, kept, (part) => keepOwners(market, region, unit, part));
  }
  return null;
}

function splitOff(all: readonly number[], kept: number, keep: (part: readonly number[]) => Region): Split {
  return { parts: [keep(all.filter((one) => one !== kept)), keep([kept])], of: '', doubt: 0 };
}

/** When every bid has one choice left: the option of each, NONE for nothing. Null when a bid has none or several. */
export function decidedBands(market: Market, region: Region): Int32Array | null {
  const bands = new Int32Array(market.bids.length).fill(NONE);
  for (let bid = 0; bid < bands.length; bid += 1) {
    const choices = choicesOf(market, region, bid);
    if (choices.length !== 1) return null;
    bands[bid] = choices[0] ?? NONE;
  }
  return bands;
}
