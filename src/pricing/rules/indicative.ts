/**
 * The indicative schedule of a pool: what a line would cost at which volume, before anybody has bid. It shows a member
 * what joining does for everybody. A tariff, seen from one lot, is such a schedule as well.
 */
import { formatMoney, type Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { bandReached, lineMonthly } from './band.js';
import { bandFaults, type PricedBand } from './band-faults.js';
import { bandsShapeFaults } from './tariff-shape.js';
import type { LotCode, Tariff, TierCode } from './tariff.js';

export interface IndicativeSchedule {
  /** ascending by `from`; all-units, like a tariff's */
  readonly bands: readonly PricedBand[];
}

/** One step of the price curve: from this volume on, every line pays these prices, until the next point. */
export interface CurvePoint {
  readonly lines: number;
  readonly monthly: Readonly<Record<TierCode, Minor>>;
}

/** What lies ahead of the volume reached so far. */
export interface NextBand {
  readonly index: number;
  readonly from: number;
  /** how many more lines until then, at least 1 */
  readonly moreLines: number;
  /** what every line then pays a month */
  readonly monthly: Readonly<Record<TierCode, Minor>>;
  /** what every line pays now; null while no band is reached */
  readonly monthlyNow: Readonly<Record<TierCode, Minor>> | null;
}

/** The faults of a pool's schedule, which comes from outside: those of its bands, and every tier needs a price. */
export function scheduleFaults(schedule: IndicativeSchedule, tiers: readonly TierCode[]): Fault[] {
  const shape = bandsShapeFaults(schedule.bands, ['from', 'monthly']);
  if (shape.length > 0) return shape;
  const asked = schedule.bands.length > 0 ? tiers : [];
  const unpriced = asked.filter((tier) => !schedule.bands.some((band) => Object.hasOwn(band.monthly, tier)));
  return [
    ...bandFaults(schedule.bands, tiers),
    ...unpriced.map((tier) => ({ path: `bands.0.monthly.${tier}`, reason: `Give a price for ${tier} in every band.` })),
  ];
}

/** The price curve as steps, ascending by volume. Below its first point nothing is priced. */
export function priceCurve(schedule: IndicativeSchedule): CurvePoint[] {
  return schedule.bands.map((band) => ({ lines: band.from, monthly: band.monthly }));
}

/** A tariff as members of one lot see it, surcharge included. */
export function scheduleOf(tariff: Tariff, lot: LotCode): IndicativeSchedule {
  const lotTiers = tariff.bands.flatMap((band) => Object.keys(band.lotMonthly?.[lot] ?? {}));
  const tiers = new Set([...tariff.bands.flatMap((band) => Object.keys(band.monthly)), ...lotTiers]);
  const bands = tariff.bands.map((band, index) => {
    const monthly = [...tiers].flatMap((tier): [TierCode, Minor][] => {
      const price = lineMonthly(tariff, index, lot, tier);
      return price === null ? [] : [[tier, price]];
    });
    return { from: band.from, monthly: Object.fromEntries(monthly) };
  });
  return { bands };
}

/** The next band ahead of a volume: how many more lines it takes, and what every line then pays. Null in the last. */
export function nextBand(schedule: IndicativeSchedule, lines: number): NextBand | null {
  const reached = bandReached(schedule, lines);
  const index = reached === null ? 0 : reached + 1;
  const next = schedule.bands[index];
  if (next === undefined) return null;
  const monthlyNow = reached === null ? null : (schedule.bands[reached]?.monthly ?? null);
  return { index, from: next.from, moreLines: next.from - lines, monthly: next.monthly, monthlyNow };
}

/**
 * What one more firm line does for all, as a sentence for the pool page.
 * @param firmLines the pool's firm lines so far
 */
export function whatMoreLinesDo(
  schedule: IndicativeSchedule,
  firmLines: number,
  tier: TierCode,
  currency: string,
): string {
  const next = nextBand(schedule, firmLines);
  const price = (monthly: Minor | undefined) =>
    monthly === undefined ? 'a price still open' : `${formatMoney(monthly, currency)} ${currency} a month`;
  if (next === null) {
    const best = price(schedule.bands.at(-1)?.monthly[tier]);
    return `The best band is reached: every ${tier} line pays ${best}, and further lines keep it there.`;
  }
  const what = next.moreLines === 1 ? 'One more firm line' : `${next.moreLines} more firm lines`;
  const than = next.monthlyNow === null ? '' : ` instead of ${price(next.monthlyNow[tier])}`;
  const verb = next.moreLines === 1 ? 'brings' : 'bring';
  return `${what} ${verb} every ${tier} line to ${price(next.monthly[tier])}${than}.`;
}
