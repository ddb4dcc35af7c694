/**
 * What a provider tells its proxy: what to bid for, and a floor that it must not pass. The floor is the provider's
 * secret: it goes into no event, and its sentences are for the provider alone.
 */
import type { Minor } from '../../kernel/money.js';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import { MAX_BANDS } from '../../pricing/rules/band-faults.js';
import { bandPrices } from '../../pricing/rules/band.js';
import type { LotCode, Tariff, TariffLot, TierCode } from '../../pricing/rules/tariff.js';
import { bidFaults, type BidTerms } from './bid-faults.js';
import { evaluatedCost, type Reference } from './evaluated-cost.js';
import { leastStep, nothingToLower } from './improvement.js';
import { dearerPlaces, dearerWords, faultOf, lessOffered } from './not-worse.js';
import { between, PARTS, thresholdsOf } from './price-path.js';

export interface ProxyInstruction {
  readonly floor:
    | {
        /** a factor per tier, in basis points of the prices at the time it is given; other tiers stay as they are */
        readonly kind: 'factor';
        readonly bp: Readonly<Record<TierCode, number>>;
      }
    | {
        /** a tariff without faults in its tender, of which only the prices count */
        readonly kind: 'tariff';
        readonly tariff: Tariff;
      };
  /** what it asks for: all it can have of these lots; null for any lines at all, at least one */
  readonly lots: readonly LotCode[] | null;
}

/**
 * An instruction whose floor is fixed. A factor is of the prices that stood when it was given: taken of the present ones,
 * the floor would sink with every step that the proxy makes.
 */
export interface ProxyOrder {
  readonly floor: Tariff;
  readonly lots: readonly LotCode[] | null;
}

const WHOLE = 10_000;

/** @param present the tariff that stands when the instruction is given */
export function orderOf(present: Tariff, instruction: ProxyInstruction): ProxyOrder {
  return { floor: floorOf(present, instruction), lots: instruction.lots };
}

/**
 * The floor as a tariff. By a factor every price is multiplied, rounded up; the surcharge and set-up of a lot, which all
 * tiers there have in common, by the largest factor among them, so that no tier sinks lower than was said.
 */
export function floorOf(present: Tariff, { floor }: Pick<ProxyInstruction, 'floor'>): Tariff {
  if (floor.kind === 'tariff') return floor.tariff;
  const bpOf = (tier: TierCode) => (Object.hasOwn(floor.bp, tier) ? (floor.bp[tier] ?? WHOLE) : WHOLE);
  const prices = (monthly: Readonly<Record<TierCode, Minor>>) =>
    changed(monthly, (price, tier) => scaled(price, bpOf(tier)));
  const largest = new Map<LotCode, number>();
  for (const { lot, tier } of bandPrices(present, 0)) largest.set(lot, Math.max(largest.get(lot) ?? 0, bpOf(tier)));
  return {
    ...present,
    bands: present.bands.map((band) => ({
      ...band,
      monthly: prices(band.monthly),
      ...(band.lotMonthly === undefined ? {} : { lotMonthly: changed(band.lotMonthly, prices) }),
    })),
    lots: changed(present.lots, (place, lot): TariffLot => {
      const bp = largest.get(lot) ?? WHOLE;
      return {
        ...place,
        ...(place.surcharge === undefined ? {} : { surcharge: scaled(place.surcharge, bp) }),
        ...(place.setup === undefined ? {} : { setup: scaled(place.setup, bp) }),
      };
    }),
  };
}

/**
 * Why a floor cannot be this, whatever its provider bids: one that is a tariff has to be one that could be bid in the
 * tender. Without it nothing can be reckoned with the floor.
 */
export function whyNoFloor({ floor }: Pick<ProxyInstruction, 'floor'>, frame: BidTerms): Refusal | null {
  const faults = floor.kind === 'tariff' ? bidFaults(floor.tariff, frame).map(inFloor) : [];
  return faults.length > 0 ? faulty(faults) : null;
}

/**
 * Why a proxy cannot be told this.
 * @param instruction with a floor that `whyNoFloor` has nothing against
 * @param present the provider's tariff as it stands
 */
export function whyNotInstruct(
  present: Tariff,
  instruction: ProxyInstruction,
  reference: Reference,
  minimumStepBp: number,
): Refusal | null {
  const faults = [...lotsFaults(present, instruction), ...factorFaults(present, instruction)];
  if (faults.length > 0) return faulty(faults);
  const floor = floorOf(present, instruction);
  const less = lessOffered(present, floor);
  if (less.length > 0) {
    const sentence = `A floor offers at least what the present tariff does. ${less[0]?.reason ?? ''}`;
    return invalid('proxy.floor-offers-less', sentence, less.map(inFloor));
  }
  const [dearer, ...others] = dearerPlaces(present, floor, reference.termMonths);
  if (dearer !== undefined) {
    const sentence = `A floor is nowhere dearer than the present tariff. ${dearerWords(dearer)}`;
    const listed = [dearer, ...others].map((place) => inFloor(faultOf(place)));
    return refuse('proxy.floor-dearer', sentence, { kind: 'invalid', faults: listed, ...dearer });
  }
  const { left } = thresholdsOf(present, floor);
  if (left.length > 0) {
    const reason =
      `Between the present tariff and this floor, prices would change at more than ${MAX_BANDS} volumes; ` +
      'let bands of the floor begin where those of the present tariff do.';
    return invalid('proxy.too-many-bands', reason, [{ path: 'floor.tariff.bands', reason }]);
  }
  return whyTooNear(present, floor, reference, minimumStepBp);
}

function faulty(faults: readonly Fault[]): Refusal {
  return invalid('proxy.faulty', `A proxy cannot be told this. ${faults[0]?.reason ?? ''}`, faults);
}

function lotsFaults(present: Tariff, { lots }: ProxyInstruction): Fault[] {
  if (lots === null) return [];
  if (lots.length === 0) {
    return [{ path: 'lots', reason: 'No lot is named; name those to bid for, or give null for any lines at all.' }];
  }
  return lots.flatMap((lot, index) => {
    const path = `lots.${index}`;
    if (!Object.hasOwn(present.lots, lot)) {
      return [{ path, reason: `Your tariff does not cover lot ${lot}, so that no proxy can win it; leave it out.` }];
    }
    return lots.indexOf(lot) < index ? [{ path, reason: `Lot ${lot} is named twice; name it once.` }] : [];
  });
}

function factorFaults(present: Tariff, { floor }: ProxyInstruction): Fault[] {
  if (floor.kind === 'tariff') return [];
  const tiers = [...new Set(bandPrices(present, 0).map(({ tier }) => tier))].sort();
  return Object.entries(floor.bp).flatMap(([tier, bp]) => {
    const path = `floor.bp.${tier}`;
    if (!tiers.includes(tier)) {
      return [{ path, reason: `Your tariff offers no tier ${tier}; its tiers are ${tiers.join(', ')}.` }];
    }
    if (Number.isInteger(bp) && bp > 0 && bp <= WHOLE) return [];
    const reason = `${bp} is no factor; give a whole number of basis points from 1 to ${WHOLE}, which is the present price.`;
    return [{ path, reason }];
  });
}

function whyTooNear(present: Tariff, floor: Tariff, reference: Reference, minimumStepBp: number): Refusal | null {
  const before = evaluatedCost(present, reference);
  if (before === 0n) return nothingToLower();
  const atFloor = evaluatedCost(between(present, floor, PARTS, reference.termMonths), reference);
  const atMost = before - leastStep(before, minimumStepBp);
  if (atFloor <= atMost) return null;
  return refuse(
    'proxy.floor-too-near',
    `Not even one step of ${minimumStepBp / 100} % is possible down to this floor: your evaluated cost is ${before} minor ` +
      `units over the term and ${atFloor} at the floor. Give a floor at which it is ${atMost} or less.`,
    { kind: 'invalid', before, atFloor, atMost, minimumStepBp },
  );
}

function inFloor({ path, reason }: Fault): Fault {
  return { path: `floor.tariff.${path}`, reason };
}

/** So many basis points of an amount, rounded up, but never more than it is. */
function scaled(amount: Minor, bp: number): Minor {
  const whole = BigInt(WHOLE);
  const less = (amount * BigInt(bp) + whole - 1n) / whole;
  return less < amount ? less : amount;
}

function changed<T, U>(record: Readonly<Record<string, T>>, change: (member: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, member]) => [key, change(member, key)]));
}
