/**
 * The simulated bidders of a practice auction: what they bid at first, and how low they go. They are invented around the
 * practising provider's own prices, so that there is something to beat and to be beaten by whatever these are; the
 * tender's caps are where its tariff says nothing, and are never passed. Everything comes from a seed: the same practice
 * has the same bidders.
 */
import type { Minor } from '../../kernel/money.js';
import type { Tariff, TariffBand, TariffLot, TierCode } from '../../pricing/rules/tariff.js';
import type { BidTerms } from './bid-faults.js';
import { bidLimits } from './bid-limits.js';
import { evaluatedCells, type Reference } from './evaluated-cost.js';
import type { ProxyInstruction } from './proxy-instruction.js';

export interface SimulationGround {
  readonly seed: string;
  /** the provider's own, which covers something that is asked for */
  readonly tariff: Tariff;
  readonly reference: Reference;
  readonly frame: BidTerms;
}

const WHOLE_BP = 10_000;
/** What a bidder asks at first and in the end, measured by the provider's own prices; */
const FIRST_BP = { least: 9_700, most: 10_900 };
const LAST_BP = { least: 8_400, most: 9_500 };
/** and the first of them, which begins above and ends below their mean, so that there is always somebody to beat. */
const RIVAL = { first: { least: 10_500, most: 10_900 }, last: { least: 8_400, most: 9_000 } };
const TIER_BP = { least: 9_800, most: 10_200 };
/** The dearest lot is dearer by as much. */
const SURCHARGE_BP = 600;
const VOLUME_BP = { least: 9_400, most: 9_800 };
const MOST_DEPTH_BP = 9_000;

/** A floor lower than the last is given to each bidder this often at most, */
const PACE_SECONDS = 15;
/** so many times at most, in the first three quarters of the time. */
const MOST_FLOORS = 12;
/** One bidder is told after the other, not faster than somebody can follow. */
const LEAST_MILLIS = 2_000;

/** The name of a simulated bidder. They are counted from 0 here, and from 1 by people. */
export function simulatedName(index: number): string {
  return `simulated-${index + 1}`;
}

/** What a simulated bidder begins with: a tariff for every lot and tier asked for, without faults in its tender. */
export function simulatedTariff(ground: SimulationGround, index: number): Tariff {
  const { seed, reference, frame } = ground;
  const random = drawing(`${seed} tariff ${index}`);
  const { firstBp } = temperOf(seed, index);
  const isRival = index === 0;
  const asked = askedFor(reference);
  const most = (tier: TierCode) => mostMonthly(frame, tier);
  const wanted = new Map<TierCode, Minor>();
  for (const [tier, price] of basePrices(ground, asked.tiers)) {
    wanted.set(tier, within(part(part(price, firstBp), between(random, TIER_BP)), most(tier)));
  }
  const least = lowest(wanted);
  const lots = Object.fromEntries(
    asked.lots.map((lot): [string, TariffLot] => {
      const surcharge = isRival || random() < 0.5 ? 0n : part(least, Math.floor(random() * SURCHARGE_BP));
      return [lot, surcharge > 0n ? { surcharge } : {}];
    }),
  );
  const surcharges = Object.values(lots).map(({ surcharge = 0n }) => surcharge);
  const dearest = surcharges.reduce((a, b) => (a > b ? a : b), 0n);
  const monthly = Object.fromEntries([...wanted].map(([tier, price]) => [tier, within(price, most(tier) - dearest)]));
  const bands: TariffBand[] = [{ from: 1, monthly }];
  if (!isRival && random() < 0.5 && frame.totalLines >= 4) {
    const bp = between(random, VOLUME_BP);
    const cheaper = Object.entries(monthly).map(([tier, price]) => [tier, within(part(price, bp), price)] as const);
    bands.push({ from: Math.ceil(frame.totalLines / 2), monthly: Object.fromEntries(cheaper) });
  }
  return { bands, lots };
}

/** When the simulated bidders of a practice are told what. */
export interface Pace {
  /** floors that each bidder is given, one lower than the other */
  readonly floors: number;
  /** between telling one bidder and the next */
  readonly millis: number;
}

export function paceOf({ durationSeconds, bidders }: { durationSeconds: number; bidders: number }): Pace {
  const playing = (durationSeconds * 3) / 4;
  const floors = Math.max(1, Math.min(MOST_FLOORS, Math.floor(playing / PACE_SECONDS)));
  return { floors, millis: Math.max(LEAST_MILLIS, Math.floor((playing * 1_000) / (floors * bidders))) };
}

export interface Move {
  readonly index: number;
  /** basis points of the prices that the bidder began with */
  readonly floorBp: number;
  /** whether it wants all that it can have, or any lines at all */
  readonly wantsAll: boolean;
}

/**
 * Who is told what next; null when all have their last floor. One that is nearer than the tender's minimum step comes to
 * nothing, and the next will do; the last is far enough.
 * @param moves made so far
 */
export function nextMove(
  seed: string,
  { moves, bidders, floors }: { moves: number; bidders: number; floors: number },
  minimumStepBp: number,
): Move | null {
  const index = moves % bidders;
  const nth = Math.floor(moves / bidders) + 1;
  if (nth > floors) return null;
  const { firstBp, lastBp, wantsAll } = temperOf(seed, index);
  const wanted = WHOLE_BP - Math.floor((lastBp * WHOLE_BP) / firstBp);
  const depth = Math.min(MOST_DEPTH_BP, Math.max(wanted, minimumStepBp * 2));
  return { index, floorBp: WHOLE_BP - Math.floor((depth * nth) / floors), wantsAll };
}

/** What the proxy of a simulated bidder is told. @param opening the tariff that it began with */
export function instructionOf({ floorBp, wantsAll }: Move, opening: Tariff): ProxyInstruction {
  const tiers = Object.keys(opening.bands[0]?.monthly ?? {});
  return {
    floor: { kind: 'factor', bp: Object.fromEntries(tiers.map((tier) => [tier, floorBp])) },
    lots: wantsAll ? Object.keys(opening.lots).sort() : null,
  };
}

function temperOf(seed: string, index: number): { firstBp: number; lastBp: number; wantsAll: boolean } {
  const random = drawing(`${seed} temper ${index}`);
  const { first, last } = index === 0 ? RIVAL : { first: FIRST_BP, last: LAST_BP };
  return { firstBp: between(random, first), lastBp: between(random, last), wantsAll: random() < 0.7 };
}

function askedFor({ lines }: Reference): { readonly lots: string[]; readonly tiers: TierCode[] } {
  const lots = Object.keys(lines).filter((lot) => Object.values(lines[lot] ?? {}).some((some) => some > 0));
  return { lots: lots.sort(), tiers: [...new Set(lots.flatMap((lot) => Object.keys(lines[lot] ?? {})))].sort() };
}

/** A price a month per tier, all-in: the mean of the provider's own, else the cap, else the provider's dearest. */
function basePrices({ tariff, reference, frame }: SimulationGround, tiers: readonly TierCode[]): Map<TierCode, Minor> {
  const own = new Map<TierCode, Minor[]>();
  for (const { tier, lineMinor } of evaluatedCells(tariff, reference)) {
    own.set(tier, [...(own.get(tier) ?? []), lineMinor / BigInt(reference.termMonths)]);
  }
  const means = new Map([...own].map(([tier, all]) => [tier, all.reduce((a, b) => a + b, 0n) / BigInt(all.length)]));
  const dearest = [...means.values()].reduce((a, b) => (a > b ? a : b), 1n);
  const capOf = (tier: TierCode) => (Object.hasOwn(frame.priceCaps, tier) ? frame.priceCaps[tier] : undefined);
  return new Map(tiers.map((tier) => [tier, means.get(tier) ?? capOf(tier) ?? dearest]));
}

function mostMonthly(frame: BidTerms, tier: TierCode): Minor {
  const { amount, lineMonthly } = bidLimits(frame);
  const most = amount < lineMonthly ? amount : lineMonthly;
  const cap = Object.hasOwn(frame.priceCaps, tier) ? (frame.priceCaps[tier] ?? most) : most;
  return cap < most ? cap : most;
}

function lowest(prices: ReadonlyMap<TierCode, Minor>): Minor {
  const [first = 0n, ...others] = prices.values();
  return others.reduce((a, b) => (a < b ? a : b), first);
}

/** From 1 to the most. */
function within(price: Minor, most: Minor): Minor {
  return price > most ? most : price > 0n ? price : 1n;
}

function part(amount: Minor, bp: number): Minor {
  return (amount * BigInt(bp)) / BigInt(WHOLE_BP);
}

function between(random: () => number, { least, most }: { least: number; most: number }): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** Numbers from 0 up to, not including, 1, as they follow from a text (FNV-1a, then mulberry32). */
function drawing(text: string): () => number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
