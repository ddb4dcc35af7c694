/**
 * The collective price: everybody's price depends on how many accept it, and how many accept depends on the price.
 * The settled volume is the largest n such that at least n lines accept the price of volume n. Prices do not rise with
 * volume, so "lines that accept the price of volume n" is monotone in n and has a greatest fixed point (Knaster 1928;
 * Tarski, "A lattice-theoretical fixpoint theorem and its applications", Pacific Journal of Mathematics 5, 1955): the
 * result is unique, and no order of arrival can change it.
 *
 * Within a band the price is constant, so the search is over bands, on counts per lot, tier and limit. The number of
 * lines does not matter to its cost. All rules here expect a tariff without faults.
 */
import { allocate, type Minor } from '../../kernel/money.js';
import { bandReached, leastLines, lineMonthly } from './band.js';
import { partnersByLot } from './partners.js';
import type { LotCode, Tariff, TierCode } from './tariff.js';

/** Lines that would accept the same: a row of the histogram that the database counts. */
export interface Acceptors {
  readonly lot: LotCode;
  readonly tier: TierCode;
  /** the most a line would pay a month, surcharge included; null accepts any price */
  readonly limit: Minor | null;
  readonly lines: number;
}

/** How a volume settled for one tier in one lot. */
export interface SettledClass {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly monthly: Minor;
  /** lines whose limit is at or above `monthly` */
  readonly accepting: number;
  /** of these, lines within the tariff's capacities; which ones is for the caller to say */
  readonly served: number;
}

export interface Settlement {
  /** index of the band that prices every line */
  readonly band: number;
  /** lines served, in all classes */
  readonly volume: number;
  /** by lot and tier in order of code; classes without an accepting line are left out */
  readonly byClass: readonly SettledClass[];
}

/**
 * Settles a tariff over its acceptors: the highest band that the lines accepting its price fill.
 * Were the settled volume enough for a higher band, the same lines would accept that band's lower price too, so the
 * volume always lies within the settled band, and is the greatest fixed point.
 * @returns null when the volume falls short of `leastLines(tariff)`: then there is no award at any price
 */
export function settleVolume(tariff: Tariff, acceptors: readonly Acceptors[]): Settlement | null {
  const counts = countByClass(tariff, acceptors);
  for (let band = tariff.bands.length - 1; band >= 0; band -= 1) {
    const byClass = serve(tariff, counts, band);
    const volume = sum(byClass.map((c) => c.served));
    if (volume >= (tariff.bands[band]?.from ?? Infinity)) {
      return volume >= leastLines(tariff) ? { band, volume, byClass } : null;
    }
  }
  return null;
}

export interface OfferPrices {
  /** the offer's binding band: if the award settles at all, no line pays more than this band's price */
  readonly atMostBand: number;
  /** the band when everybody who is asked accepts */
  readonly expectedBand: number;
  /** the volume that is certain; null when the certain lines alone do not settle the tariff */
  readonly certainVolume: number | null;
  /** the volume when everybody who is asked accepts; null when even that does not settle the tariff */
  readonly expectedVolume: number | null;
}

/**
 * The two prices of every offer under a tariff, as bands.
 *
 * The at-most band is the one that the certain lines settle by themselves: firm pledges, which accept by themselves
 * an offer at or below their ceiling. When they alone do not reach the least volume, it is the band of that least
 * volume, for below it nothing is settled at all. Whoever else accepts only adds volume, and volume never raises a
 * price; so the at-most price holds whatever the others do.
 * @param certain lines of firm pledges, at their ceilings
 * @param all every line that is offered, the certain ones included, at the most that each may accept
 */
export function offerPrices(tariff: Tariff, certain: readonly Acceptors[], all: readonly Acceptors[]): OfferPrices {
  const sure = settleVolume(tariff, certain);
  const hoped = settleVolume(tariff, all);
  const atMostBand = sure?.band ?? bandReached(tariff, leastLines(tariff)) ?? 0;
  return {
    atMostBand,
    expectedBand: ratchet(atMostBand, hoped?.band ?? null) ?? atMostBand,
    certainVolume: sure?.volume ?? null,
    expectedVolume: hoped?.volume ?? null,
  };
}

/** Within the term the price never rises: the better of the band held and the band now reached (null: none). */
export function ratchet(previousBand: number | null, band: number | null): number | null {
  if (previousBand === null || band === null) return previousBand ?? band;
  return Math.max(previousBand, band);
}

interface ClassCount {
  readonly lot: LotCode;
  readonly tier: TierCode;
  /** the price per band; they do not rise */
  readonly prices: readonly Minor[];
  /** per band, lines whose limit is first met in it */
  readonly joining: number[];
}

function countByClass(tariff: Tariff, acceptors: readonly Acceptors[]): ClassCount[] {
  const counts = new Map<string, ClassCount>();
  for (const { lot, tier, limit, lines } of acceptors) {
    const key = JSON.stringify([lot, tier]);
    let count = counts.get(key);
    if (count === undefined) {
      const prices = tariff.bands.flatMap((_, band) => lineMonthly(tariff, band, lot, tier) ?? []);
      count = { lot, tier, prices, joining: prices.map(() => 0) };
      counts.set(key, count);
    }
    const first = limit === null ? 0 : count.prices.findIndex((price) => price <= limit);
    const before = count.joining[first];
    if (before !== undefined) count.joining[first] = before + lines;
  }
  return [...counts.values()].sort((a, b) => byCode(a.lot, b.lot) || byCode(a.tier, b.tier));
}

/** Who accepts the price of a band, within the capacities of tier, lot, partner and tariff. Short capacity is shared evenly. */
function serve(tariff: Tariff, counts: readonly ClassCount[], band: number): SettledClass[] {
  const served: SettledClass[] = [];
  for (const lot of new Set(counts.map((count) => count.lot))) {
    const place = tariff.lots[lot];
    const inLot = counts.filter((count) => count.lot === lot);
    const classes = inLot.flatMap(({ tier, prices, joining }): SettledClass[] => {
      const monthly = prices[band];
      const accepting = sum(joining.slice(0, band + 1));
      if (monthly === undefined || accepting === 0) return [];
      const limit = place?.tiers?.[tier]?.capacity ?? accepting;
      return [{ lot, tier, monthly, accepting, served: Math.min(accepting, limit) }];
    });
    served.push(...within(place?.capacity, classes));
  }
  return within(tariff.capacity, withinPartners(tariff, served));
}

/** The classes as before, in their order. */
function withinPartners(tariff: Tariff, classes: SettledClass[]): SettledClass[] {
  const { partners = {} } = tariff;
  const names = partnersByLot(tariff);
  const joint = Object.entries(partners).flatMap(([name, { capacity }]) =>
    within(
      capacity,
      classes.filter(({ lot }) => names.get(lot) === name),
    ),
  );
  const others = classes.filter(({ lot }) => !names.has(lot));
  return [...joint, ...others].sort((a, b) => byCode(a.lot, b.lot) || byCode(a.tier, b.tier));
}

function within(capacity: number | undefined, classes: SettledClass[]): SettledClass[] {
  const wanted = classes.map((c) => c.served);
  if (capacity === undefined || sum(wanted) <= capacity) return classes;
  const shares = allocate(BigInt(capacity), wanted.map(BigInt));
  return classes.map((c, index) => ({ ...c, served: Number(shares[index] ?? 0n) }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
