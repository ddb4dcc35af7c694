/**
 * The way from a tariff down to a floor, in equal parts: what a proxy goes along. It lowers prices and leaves everything
 * else of the present tariff as it is. At every volume, each line costs less or the same with every part, never more
 * than by the present tariff and never less than by the floor.
 *
 * What costs are compared by is all-in, but a tariff has its price, its surcharge and its set-up in different places. The
 * set-up and the surcharge of a lot go down to those of the floor as far as no line of the lot would pass below its own
 * floor; prices do the rest. Where price and surcharge by themselves do not come to that, the cell gets a price of its own.
 */
import type { Minor } from '../../kernel/money.js';
import { lineOverTerm, setupMonthly } from '../../pricing/rules/all-in.js';
import { MAX_BANDS } from '../../pricing/rules/band-faults.js';
import { bandPrices, bandReached, lineMonthly } from '../../pricing/rules/band.js';
import type { LotCode, Tariff, TariffBand, TariffLot, TierCode } from '../../pricing/rules/tariff.js';

/** Parts of the way from a tariff to its floor. */
export const PARTS = 1_000;

/**
 * The volumes at which either tariff changes, as far as the present one can be awarded so many lines. Those of the
 * present tariff are always among them; of the floor's only so many that no tariff has too many bands.
 */
export function thresholdsOf(present: Tariff, floor: Tariff): { readonly kept: number[]; readonly left: number[] } {
  const own = present.bands.map(({ from }) => from);
  const first = own[0] ?? 1;
  const most = present.capacity ?? Infinity;
  const others = floor.bands.map(({ from }) => from).filter((from) => from > first && from <= most);
  const added = [...new Set(others)].filter((from) => !own.includes(from));
  const room = Math.max(0, MAX_BANDS - own.length);
  return { kept: [...own, ...added.slice(0, room)].sort((a, b) => a - b), left: added.slice(room) };
}

/**
 * The tariff so many parts of the way down; with 0 it is the present one, with PARTS it has the floor's prices.
 * @param floor where it is dearer than the present tariff or does not offer what that does, the present prices stay
 */
export function between(present: Tariff, floor: Tariff, parts: number, termMonths: number): Tariff {
  return wayDown(present, floor, termMonths)(parts);
}

/** `between` for many numbers of parts: what does not depend on them is reckoned once. */
export function wayDown(present: Tariff, floor: Tariff, termMonths: number): (parts: number) => Tariff {
  const way: Way = { present, floor, termMonths, steps: stepsOf(present, floor) };
  const tiers = new Map<LotCode, TierCode[]>();
  for (const { lot, tier } of bandPrices(present, 0)) tiers.set(lot, [...(tiers.get(lot) ?? []), tier]);
  const ends = Object.entries(present.lots).map(([lot, place]) => lotEnd(way, lot, place, tiers.get(lot) ?? []));
  const { activation } = present;
  return (parts) => {
    if (parts <= 0) return present;
    return {
      ...present,
      bands: way.steps.map((step, index) => bandAt(present, step, index, ends, parts)),
      lots: Object.fromEntries(ends.map((end) => [end.lot, placeAt(end, parts)])),
      ...(activation === undefined
        ? {}
        : { activation: part(activation, lesser(activation, floor.activation ?? 0n), parts) }),
    };
  };
}

/** A threshold, the bands of both tariffs that it reaches, and the lower of their prices per tier. */
interface Step {
  readonly from: number;
  readonly presentBand: number;
  readonly floorBand: number;
  readonly base: ReadonlyMap<TierCode, Minor>;
}

interface Way {
  readonly present: Tariff;
  readonly floor: Tariff;
  readonly termMonths: number;
  readonly steps: readonly Step[];
}

/** What becomes of a lot at the end of the way. */
interface LotEnd {
  readonly lot: LotCode;
  readonly place: TariffLot;
  readonly surcharge: Minor;
  readonly setup: Minor;
  /** of the tiers that cannot go by the bands' own prices: the price at each step, surcharge included */
  readonly prices: ReadonlyMap<TierCode, readonly Minor[]>;
}

function stepsOf(present: Tariff, floor: Tariff): Step[] {
  return thresholdsOf(present, floor).kept.map((from) => {
    const presentBand = bandReached(present, from) ?? 0;
    const floorBand = bandReached(floor, from) ?? 0;
    const floors = floor.bands[floorBand]?.monthly ?? {};
    const base = Object.entries(present.bands[presentBand]?.monthly ?? {}).map(
      ([tier, price]) => [tier, Object.hasOwn(floors, tier) ? lesser(price, floors[tier] ?? price) : price] as const,
    );
    return { from, presentBand, floorBand, base: new Map(base) };
  });
}

function lotEnd(way: Way, lot: LotCode, place: TariffLot, tiers: readonly TierCode[]): LotEnd {
  const { present, floor, termMonths, steps } = way;
  const there = Object.hasOwn(floor.lots, lot) ? (floor.lots[lot] ?? {}) : place;
  const surcharge = lesser(place.surcharge ?? 0n, there.surcharge ?? 0n);
  const cells = tiers.map((tier) => ({ tier, lines: steps.map((step) => lineAt(way, step, lot, tier)) }));
  // A set-up with which a line would pass below its floor even at its present price is too low.
  const needed = cells.flatMap(({ lines }) =>
    lines.map(({ monthly, floorMinor }) => floorMinor - lineOverTerm(monthly, 0n, termMonths)),
  );
  const setup = lesser(place.setup ?? 0n, needed.reduce(greater, there.setup ?? 0n));
  const prices = new Map<TierCode, readonly Minor[]>();
  for (const { tier, lines } of cells) {
    const lowest = lines.map(({ floorMinor }) => greater(surcharge + 1n, monthlyFor(floorMinor - setup, termMonths)));
    const byBands = steps.every(({ base }, index) => (base.get(tier) ?? 0n) + surcharge === lowest[index]);
    if (!byBands || hasOwnPrice(present, lot, tier)) prices.set(tier, lowest);
  }
  return { lot, place, surcharge, setup, prices };
}

/** What a line costs a month now, and what it may come down to over the term. */
function lineAt({ present, floor, termMonths }: Way, { presentBand, floorBand }: Step, lot: LotCode, tier: TierCode) {
  const monthly = lineMonthly(present, presentBand, lot, tier) ?? 0n;
  const nowMinor = lineOverTerm(monthly, present.lots[lot]?.setup ?? 0n, termMonths);
  const there = lineMonthly(floor, floorBand, lot, tier);
  if (there === null) return { monthly, floorMinor: nowMinor };
  return { monthly, floorMinor: lesser(nowMinor, lineOverTerm(there, floor.lots[lot]?.setup ?? 0n, termMonths)) };
}

function bandAt(present: Tariff, step: Step, index: number, ends: readonly LotEnd[], parts: number): TariffBand {
  const prices = Object.entries(present.bands[step.presentBand]?.monthly ?? {});
  const monthly = prices.map(([tier, price]) => [tier, part(price, step.base.get(tier) ?? price, parts)] as const);
  const lotMonthly = ends
    .filter((end) => end.prices.size > 0)
    .map(({ lot, place, surcharge, prices: lowest }) => {
      const fee = part(place.surcharge ?? 0n, surcharge, parts);
      const own = [...lowest].map(([tier, along]) => {
        const now = lineMonthly(present, step.presentBand, lot, tier) ?? 0n;
        return [tier, part(now, along[index] ?? now, parts) - fee] as const;
      });
      return [lot, Object.fromEntries(own)] as const;
    });
  return {
    from: step.from,
    monthly: Object.fromEntries(monthly),
    ...(lotMonthly.length === 0 ? {} : { lotMonthly: Object.fromEntries(lotMonthly) }),
  };
}

function placeAt({ place, surcharge, setup }: LotEnd, parts: number): TariffLot {
  return {
    ...place,
    ...(place.surcharge === undefined ? {} : { surcharge: part(place.surcharge, surcharge, parts) }),
    ...(place.setup === undefined ? {} : { setup: part(place.setup, setup, parts) }),
  };
}

function hasOwnPrice(tariff: Tariff, lot: LotCode, tier: TierCode): boolean {
  return tariff.bands.some(({ lotMonthly }) => {
    const own = lotMonthly && Object.hasOwn(lotMonthly, lot) ? lotMonthly[lot] : undefined;
    return own !== undefined && Object.hasOwn(own, tier);
  });
}

/** So many parts of the way down, rounded up. */
function part(now: Minor, then: Minor, parts: number): Minor {
  return now - ((now - then) * BigInt(parts)) / BigInt(PARTS);
}

/** The least price a month that comes to this much over the term. */
function monthlyFor(overTerm: Minor, termMonths: number): Minor {
  return overTerm > 0n ? setupMonthly(overTerm, termMonths) : 0n;
}

function lesser(a: Minor, b: Minor): Minor {
  return a < b ? a : b;
}

function greater(a: Minor, b: Minor): Minor {
  return a > b ? a : b;
}
