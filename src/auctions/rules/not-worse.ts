/**
 * Whether a tariff serves everybody at least as well as the present one of the same provider: whatever is awarded under
 * the present one could be awarded under it, and no line would cost more. Both are tariffs without faults.
 */
import type { Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { lineOverTerm } from '../../pricing/rules/all-in.js';
import { bandPrices, bandReached, leastLines, lineMonthly } from '../../pricing/rules/band.js';
import type { LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';

/** What the present tariff offers and the next one does not; empty when it offers as much. */
export function lessOffered(present: Tariff, next: Tariff): Fault[] {
  const lots = new Map<LotCode, TierCode[]>();
  for (const { lot, tier } of bandPrices(present, 0)) lots.set(lot, [...(lots.get(lot) ?? []), tier]);
  const faults = [...lots].flatMap(([lot, tiers]) => lessInLot(present, next, lot, tiers));
  faults.push(...lessCapacity('capacity', present.capacity, next.capacity), ...lessOfPartners(present, next));
  const [least, allowed] = [leastLines(next), leastLines(present)];
  if (least > allowed) {
    const path = (next.minimumLines ?? 0) >= least ? 'minimumLines' : 'bands.0.from';
    const reason = `Nothing can be awarded below ${least} lines, and by the present tariff from ${allowed} on; lower it to ${allowed}.`;
    faults.push({ path, reason });
  }
  const [activation, before] = [next.activation ?? 0n, present.activation ?? 0n];
  if (activation > before) {
    const reason = `The activation is ${activation}, more than the ${before} of the present tariff; lower it to ${before}.`;
    faults.push({ path: 'activation', reason });
  }
  return faults;
}

function lessInLot(present: Tariff, next: Tariff, lot: LotCode, tiers: readonly TierCode[]): Fault[] {
  const path = `lots.${lot}`;
  const before = present.lots[lot];
  const after = Object.hasOwn(next.lots, lot) ? next.lots[lot] : undefined;
  if (after === undefined) return [{ path, reason: `Lot ${lot} is covered by the present tariff; cover it here too.` }];
  const missing = tiers.filter((tier) => lineMonthly(next, 0, lot, tier) === null);
  return [
    ...missing.map((tier) => ({
      path,
      reason: `There is no price for ${tier} in lot ${lot}, which the present tariff offers there; give one.`,
    })),
    ...lessCapacity(`${path}.capacity`, before?.capacity, after.capacity),
    ...tiers.flatMap((tier) =>
      lessCapacity(`${path}.tiers.${tier}.capacity`, limitOf(before?.tiers, tier), limitOf(after.tiers, tier)),
    ),
  ];
}

function lessCapacity(path: string, before: number | undefined, after: number | undefined): Fault[] {
  if (after === undefined || after >= (before ?? Infinity)) return [];
  const [had, remedy] =
    before === undefined ? ['has no limit', 'leave it out'] : [`has ${before}`, `raise it to ${before}`];
  return [{ path, reason: `The capacity here is ${after}, where the present tariff ${had}; ${remedy}.` }];
}

/**
 * A partner limits what can be awarded in its lots. That none of these limits is narrower is seen where each is one of the
 * present tariff's, about the same lots or fewer; whatever else could not be narrower either is refused with them.
 */
function lessOfPartners(present: Tariff, next: Tariff): Fault[] {
  return Object.entries(next.partners ?? {}).flatMap(([name, after]) => {
    const path = `partners.${name}`;
    const before = present.partners && Object.hasOwn(present.partners, name) ? present.partners[name] : undefined;
    if (before === undefined) {
      const reason = `The present tariff has no partner ${name}, whose capacity would limit what can be awarded; leave it out.`;
      return [{ path, reason }];
    }
    const added = after.lots.find((lot) => !before.lots.includes(lot));
    return [
      ...lessCapacity(`${path}.capacity`, before.capacity, after.capacity),
      ...(added === undefined
        ? []
        : [
            {
              path: `${path}.lots`,
              reason: `${name} does not serve lot ${added} by the present tariff, and is to serve it within the same capacity; leave the lot out.`,
            },
          ]),
    ];
  });
}

function limitOf(tiers: Tariff['lots'][string]['tiers'], tier: TierCode): number | undefined {
  return tiers && Object.hasOwn(tiers, tier) ? tiers[tier]?.capacity : undefined;
}

/** Where a line would cost more than by the present tariff. Amounts are of one line over the term, set-up included. */
export interface DearerPlace {
  readonly lot: LotCode;
  readonly tier: TierCode;
  /** all lines that the provider would win: the fewest at which it is so */
  readonly volume: number;
  readonly present: Minor;
  readonly next: Minor;
  /** of the price in the next tariff */
  readonly path: string;
}

/**
 * The places at which the next tariff is dearer, one for each cell, at any volume that can be awarded under the present
 * one. Between two thresholds nothing changes, so that looking at every threshold of either is looking at all volumes.
 * @param next offers as much as the present one: see `lessOffered`
 */
export function dearerPlaces(present: Tariff, next: Tariff, termMonths: number): DearerPlace[] {
  const volumes = volumesOf(present, next).map((volume) => ({
    volume,
    presentBand: bandReached(present, volume) ?? 0,
    nextBand: bandReached(next, volume) ?? 0,
  }));
  return bandPrices(present, 0).flatMap(({ lot, tier, setup }): DearerPlace[] => {
    const nextSetup = next.lots[lot]?.setup ?? 0n;
    for (const { volume, presentBand, nextBand } of volumes) {
      const before = lineOverTerm(lineMonthly(present, presentBand, lot, tier) ?? 0n, setup, termMonths);
      const after = lineOverTerm(lineMonthly(next, nextBand, lot, tier) ?? 0n, nextSetup, termMonths);
      if (after > before) {
        return [{ lot, tier, volume, present: before, next: after, path: priceOf(next, nextBand, lot, tier) }];
      }
    }
    return [];
  });
}

/** A place at which a line is dearer, in words. */
export function dearerWords({ lot, tier, volume, present, next }: DearerPlace): string {
  return (
    `From ${volume} lines on, a line of ${tier} in lot ${lot} costs ${next} over the term, set-up included, where the ` +
    `present tariff asks for ${present}; lower its price, its surcharge or its set-up.`
  );
}

/** The fault at the price of a place at which a line is dearer. */
export function faultOf(place: DearerPlace): Fault {
  return { path: place.path, reason: dearerWords(place) };
}

function volumesOf(present: Tariff, next: Tariff): number[] {
  const least = leastLines(present);
  const most = present.capacity ?? Infinity;
  const thresholds = [...present.bands, ...next.bands].map(({ from }) => from);
  return [...new Set([least, ...thresholds])].filter((from) => from >= least && from <= most).sort((a, b) => a - b);
}

function priceOf(tariff: Tariff, band: number, lot: LotCode, tier: TierCode): string {
  const byLot = tariff.bands[band]?.lotMonthly ?? {};
  const here = Object.hasOwn(byLot, lot) ? (byLot[lot] ?? {}) : {};
  return Object.hasOwn(here, tier) ? `bands.${band}.lotMonthly.${lot}.${tier}` : `bands.${band}.monthly.${tier}`;
}
