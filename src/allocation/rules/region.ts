/** A part of the search: what is still open for every bid and unit. Regions only ever shrink. */
import type { Market } from './market.js';

export interface Region {
  /** per option, 1 when it may still be taken */
  readonly allowed: Uint8Array;
  /** per bid, 1 when it must win */
  readonly must: Uint8Array;
  /** per bid x unit, 1 when the bid may not win the unit; null when it may win any */
  forbidden: Uint8Array | null;
  /** per bid x unit, the fewest pieces that the bid wins where units are shared; null when that is none */
  least: Float64Array | null;
}

/** Winning nothing, among the choices of a bid. */
export const NONE = -1;

export function wholeRegion(market: Market): Region {
  const size = market.bids.length * market.units.length;
  const region: Region = {
    allowed: new Uint8Array(market.options.length).fill(1),
    must: new Uint8Array(market.bids.length),
    forbidden: market.divisible && market.barred.length === 0 ? null : new Uint8Array(size),
    least: market.divisible && market.held.length > 0 ? new Float64Array(size) : null,
  };
  for (const { bid, unit } of market.barred)
    if (region.forbidden) region.forbidden[bid * market.units.length + unit] = 1;
  for (const { bid, unit, pieces } of market.held) {
    region.must[bid] = 1;
    if (region.least) region.least[bid * market.units.length + unit] = pieces;
    market.bids.forEach((_, i) => {
      if (!market.divisible && region.forbidden && i !== bid) region.forbidden[i * market.units.length + unit] = 1;
    });
  }
  return region;
}

export function copyRegion(region: Region): Region {
  return {
    allowed: region.allowed.slice(),
    must: region.must.slice(),
    forbidden: region.forbidden?.slice() ?? null,
    least: region.least?.slice() ?? null,
  };
}

/** What a bid may still do: win nothing (NONE), or win in an option; ascending by lines. */
export function choicesOf(market: Market, region: Region, bid: number): number[] {
  const open = (market.bids[bid]?.options ?? []).filter((option) => region.allowed[option] === 1);
  return region.must[bid] === 1 ? open : [NONE, ...open];
}

/** Takes one choice of a bid out of a region. */
export function dropChoice(region: Region, bid: number, choice: number): void {
  if (choice === NONE) region.must[bid] = 1;
  else region.allowed[choice] = 0;
}

/** The part of a region in which a bid makes one of some choices. */
export function keepChoices(market: Market, region: Region, bid: number, kept: readonly number[]): Region {
  const part = copyRegion(region);
  for (const choice of choicesOf(market, region, bid)) if (!kept.includes(choice)) dropChoice(part, bid, choice);
  return part;
}

/** The part of a region in which each bid wins in the given option, NONE for nothing. */
export function keepOnly(market: Market, region: Region, bands: Int32Array): Region {
  const part = copyRegion(region);
  market.bids.forEach(({ options }, bid) => {
    for (const o of options) if (o !== bands[bid]) part.allowed[o] = 0;
    if (bands[bid] !== NONE) part.must[bid] = 1;
  });
  return part;
}

/** Where a unit stands among ascending units, -1 when it does not. */
export function placeOf(units: Int32Array, unit: number): number {
  let low = 0;
  for (let high = units.length - 1; low <= high;) {
    const middle = (low + high) >> 1;
    const at = units[middle] ?? 0;
    if (at === unit) return middle;
    if (at < unit) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The bids that may still win a unit. */
export function ownersOf(market: Market, region: Region, unit: number): number[] {
  return market.bids.flatMap((bid, i) => {
    if (region.forbidden?.[i * market.units.length + unit] === 1) return [];
    const offers = (o: number) =>
      region.allowed[o] === 1 && placeOf(market.options[o]?.units ?? new Int32Array(0), unit) >= 0;
    return bid.options.some(offers) ? [i] : [];
  });
}

/** The same for all units. */
export function ownersByUnit(market: Market, region: Region): number[][] {
  const owners: number[][] = market.units.map(() => []);
  for (const [i, { options }] of market.bids.entries()) {
    const base = i * owners.length;
    for (const o of options) {
      const units = market.options[o]?.units;
      if (region.allowed[o] !== 1 || !units) continue;
      for (let k = 0; k < units.length; k += 1) {
        const u = units[k] ?? 0;
        const own = owners[u];
        if (own && own[own.length - 1] !== i && region.forbidden?.[base + u] !== 1) own.push(i);
      }
    }
  }
  return owners;
}

/** The part of a region in which a unit goes to one of some bids. */
export function keepOwners(market: Market, region: Region, unit: number, kept: readonly number[]): Region {
  const part = copyRegion(region);
  market.bids.forEach((_, i) => {
    if (part.forbidden && !kept.includes(i)) part.forbidden[i * market.units.length + unit] = 1;
  });
  return part;
}

/** Takes out of a region what another one does not have any more. */
export function intersect(region: Region, other: Region): void {
  region.allowed.forEach((_, o) => other.allowed[o] === 0 && (region.allowed[o] = 0));
  region.must.forEach((_, i) => other.must[i] === 1 && (region.must[i] = 1));
  const { forbidden } = other;
  if (!forbidden) return;
  region.forbidden ??= new Uint8Array(forbidden.length);
  for (let at = 0; at < forbidden.length; at += 1) if (forbidden[at] === 1) region.forbidden[at] = 1;
}

/** Is all that is open in a region open in another one as well? */
export function within(region: Region, other: Region): boolean {
  if (region.allowed.some((allowed, o) => allowed > (other.allowed[o] ?? 0))) return false;
  if (region.must.some((must, i) => must < (other.must[i] ?? 0))) return false;
  if (other.forbidden?.some((forbidden, at) => forbidden > (region.forbidden?.[at] ?? 0)) === true) return false;
  return other.least?.some((least, at) => least > (region.least?.[at] ?? 0)) !== true;
}

/** How many quantities are open in a region: the size of its relaxation. */
export function sizeOf(market: Market, region: Region): number {
  let size = 0;
  market.options.forEach((option, o) => {
    if (region.allowed[o] !== 1) return;
    const base = option.bid * market.units.length;
    option.units.forEach((u) => (size += region.forbidden?.[base + u] === 1 ? 0 : 1));
  });
  return size;
}
