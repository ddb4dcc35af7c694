/**
 * What is known near a market in which a bid is to win a unit: allocations of markets that differ in the unit only, and
 * good prices of theirs. Which bands are best hardly depends on the unit, so that most searches begin with the allocation
 * with which they end, and only have to prove it.
 */
import { type Found, optionAt, priced } from './allocation.js';
import type { HeldUnit, Market } from './market.js';
import { Exchange } from './exchange.js';
import type { Prices } from './prices.js';
import { keepOnly, NONE, placeOf, type Region } from './region.js';
import type { BandVector } from './serve.js';
import { transport } from './transport.js';

/** Bands to begin with, and an allocation that is near. */
export interface Near {
  readonly bands: BandVector;
  readonly found: Found;
}

/** What a search leaves: the allocation that it found, and good prices. */
export interface Left {
  readonly found: Found | null;
  readonly prices: Prices | null;
}

/** Ways to choose bands that are remembered: the latest ones, as each takes time to try. */
const REMEMBERED = 4;

/** The bands in which an allocation is. */
export function bandsOf(market: Market, { lines }: Found): BandVector {
  return Int32Array.from(market.bids, (_, bid) => {
    const own = lines[bid] ?? 0;
    return own > 0 ? optionAt(market, bid, own) : NONE;
  });
}

/** Of one bid, what was found for one unit after the other. */
export class Nearby {
  private latest: Near[] = [];
  /** the best prices known */
  prices: Prices | null;

  constructor(
    private readonly market: Market,
    private readonly best: Left,
  ) {
    this.prices = best.prices;
  }

  /** Where the search for an allocation with a held unit may begin, the most promising first. */
  of(held: HeldUnit): Near[] {
    const { market, best } = this;
    const { found } = best;
    return found ? [...this.latest, { bands: withBand(market, bandsOf(market, found), held), found }] : this.latest;
  }

  /** Remembers what was found. */
  learn({ found, prices }: Left): void {
    this.prices = prices ?? this.prices;
    if (!found) return;
    const near = { bands: bandsOf(this.market, found), found };
    const others = this.latest.filter(({ bands }) => bands.some((o, bid) => o !== near.bands[bid]));
    this.latest = [near, ...others].slice(0, REMEMBERED);
  }
}

/** The cheapest allocation in the bands of a near one where lines are shared; otherwise one that is led back from it, if it can be. */
export function allocationNear(market: Market, region: Region, { bands, found }: Near): Found | null {
  if (market.held.some(({ bid }) => bands[bid] === NONE)) return null;
  if (market.divisible) {
    const cheapest = transport(market, keepOnly(market, region, bands), bands, found);
    return cheapest && priced(market, cheapest);
  }
  const owners = new Int32Array(market.units.length).fill(NONE);
  found.allocation.forEach((won, bid) => {
    for (const unit of won.keys()) owners[unit] = bid;
  });
  for (const { bid, unit } of market.held) owners[unit] = bid;
  const led = new Exchange(market).from(bands, owners);
  return led && priced(market, led);
}

/** The same bands, with the bid of what is held in the lowest one that may win it where its own does not. */
function withBand(market: Market, bands: BandVector, { bid, unit }: HeldUnit): BandVector {
  const offers = (o: number) => placeOf(market.options[o]?.units ?? new Int32Array(0), unit) >= 0;
  const present = bands[bid] ?? NONE;
  if (present === NONE || !offers(present)) bands[bid] = market.bids[bid]?.options.find(offers) ?? NONE;
  return bands;
}
