/** Faultless tariffs of every sort, with few lots and small amounts, so that everything meets everything. */
import fc from 'fast-check';
import type { Problem, ProblemBid } from '../../src/allocation/rules/problem.js';
import type { Reference } from '../../src/auctions/rules/evaluated-cost.js';
import { lineOverTerm } from '../../src/pricing/rules/all-in.js';
import { bandReached, lineMonthly } from '../../src/pricing/rules/band.js';
import { tariffFaults } from '../../src/pricing/rules/tariff-faults.js';
import type { Tariff, TariffLot } from '../../src/pricing/rules/tariff.js';
import { type Cell, costOf } from '../allocation/brute-force.js';

export const LOTS = ['north', 'south'];
export const TIERS = ['basic', 'fast'];

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
/** Which lots partners serve: none do, one of them does, one does all, or each has its own. */
const PARTNERS: readonly Readonly<Record<string, readonly string[]>>[] = [
  {},
  {},
  {},
  { Hanmi: ['south'] },
  { Hanmi: ['north', 'south'] },
  { Hanmi: ['north'], Daedong: ['south'] },
];

const falls = fc.array(fc.bigInt(0n, 4n), { minLength: 4, maxLength: 4 });

/** Without members that are undefined: the format knows only present and absent. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

const places: fc.Arbitrary<TariffLot> = fc
  .record({
    surcharge: optional(fc.bigInt(0n, 9n)),
    setup: optional(fc.bigInt(0n, 90n)),
    capacity: optional(fc.integer({ min: 3, max: 12 })),
    tiers: optional(fc.record({ fast: fc.record({ capacity: fc.integer({ min: 2, max: 8 }) }) })),
  })
  .map(present) as fc.Arbitrary<TariffLot>;

/** Whether it could be bid at all. */
export function isFaultless(tariff: Tariff): boolean {
  return tariffFaults(tariff, { lots: LOTS, tiers: TIERS, priceCaps: {}, termMonths: 24 }).length === 0;
}

/** @param level of the prices: between this and this plus eight, less what bands give */
export function tariffs(level = 30n): fc.Arbitrary<Tariff> {
  const start = fc.bigInt(level, level + 8n);
  return fc
    .record({
      froms: fc.uniqueArray(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 4 }),
      first: fc.boolean(),
      prices: fc.record({ basic: start, fast: optional(start), own: optional(start) }),
      falls: fc.record({ basic: falls, fast: falls, own: falls }),
      places: fc.record({ north: places, south: optional(places) }),
      capacity: optional(fc.integer({ min: 4, max: 20 })),
      minimumLines: optional(fc.integer({ min: 0, max: 4 })),
      activation: optional(fc.bigInt(0n, 300n)),
      partners: fc.constantFrom(...PARTNERS),
      servable: fc.integer({ min: 3, max: 12 }),
    })
    .map(({ froms, first, prices, falls: by, places: lots, partners, servable, ...limits }): Tariff => {
      const at = (from: bigint, fall: readonly bigint[], band: number) =>
        fall.slice(0, band).reduce((price, less) => price - less, from);
      const bands = froms
        .toSorted((a, b) => a - b)
        .map((from, band) => ({
          from: first && band === 0 ? 1 : from,
          monthly: {
            basic: at(prices.basic, by.basic, band),
            ...(prices.fast === undefined ? {} : { fast: at(prices.fast, by.fast, band) }),
          },
          ...(prices.own === undefined ? {} : { lotMonthly: { north: { basic: at(prices.own, by.own, band) } } }),
        }));
      const covered = Object.entries(partners).filter(([, served]) => served.every((lot) => lot in present(lots)));
      const joint = covered.map(
        ([name, served], index) => [name, { lots: served, capacity: servable + index }] as const,
      );
      return present({
        bands,
        lots: present(lots),
        ...limits,
        partners: joint.length === 0 ? undefined : Object.fromEntries(joint),
      }) as Tariff;
    })
    .filter(isFaultless);
}

/** Lines that providers were shown of each cell, and a term. */
export const references: fc.Arbitrary<Reference> = fc.record({
  termMonths: fc.integer({ min: 1, max: 24 }),
  lines: fc.record({
    north: fc.record({ basic: fc.integer({ min: 1, max: 9 }), fast: fc.integer({ min: 0, max: 9 }) }),
    south: fc.record({ basic: fc.integer({ min: 0, max: 9 }), fast: fc.integer({ min: 0, max: 9 }) }),
  }),
});

/** Another tariff of the same provider that is mostly, but not always, an improvement of this one. */
export function changesOf(tariff: Tariff): fc.Arbitrary<Tariff> {
  const factor = fc.constantFrom(5, 8, 9, 10, 10);
  return fc
    .record({
      factors: fc.record({ basic: factor, fast: factor }),
      surcharge: fc.integer({ min: 0, max: 12 }),
      setup: fc.integer({ min: 0, max: 12 }),
      activation: fc.integer({ min: 0, max: 11 }),
      drop: fc.integer({ min: 0, max: 12 }),
      shift: fc.integer({ min: -3, max: 1 }),
      capacity: fc.integer({ min: -1, max: 5 }),
      servable: fc.integer({ min: -1, max: 5 }),
      joint: fc.constantFrom('kept', 'kept', 'kept', 'none', 'wider', 'other'),
      more: fc.boolean(),
    })
    .map(({ factors, drop, shift, more, servable, joint, ...by }): Tariff => {
      const part = (amount: bigint, tenths: number) => (amount * BigInt(tenths) + 9n) / 10n;
      const prices = (monthly: Readonly<Record<string, bigint>>) =>
        Object.fromEntries(
          Object.entries(monthly).map(([tier, price]) => [
            tier,
            part(price, tier === 'fast' ? factors.fast : factors.basic),
          ]),
        );
      const lots = Object.entries(tariff.lots).map(([lot, place]) => [
        lot,
        {
          ...place,
          ...(place.surcharge === undefined ? {} : { surcharge: part(place.surcharge, by.surcharge) }),
          ...(place.setup === undefined ? {} : { setup: part(place.setup, by.setup) }),
          ...(place.capacity === undefined ? {} : { capacity: Math.max(1, place.capacity + by.capacity) }),
        },
      ]);
      let before = 0;
      const kept =
        tariff.bands.length > 1 && drop < tariff.bands.length ? tariff.bands.toSpliced(drop, 1) : tariff.bands;
      const bands = kept.map((band) => {
        before = Math.max(before + 1, band.from + shift);
        return {
          from: before,
          monthly: prices(band.monthly),
          ...(band.lotMonthly && {
            lotMonthly: Object.fromEntries(Object.entries(band.lotMonthly).map(([lot, own]) => [lot, prices(own)])),
          }),
        };
      });
      const { partners = {}, ...rest } = tariff;
      const after = Object.entries(partners)
        .slice(0, joint === 'none' ? 0 : joint === 'wider' ? 1 : undefined)
        .map(([name, { lots: served, capacity }]) => [
          joint === 'other' ? `${name} & Sons` : name,
          { lots: joint === 'wider' ? ['north'] : served, capacity: Math.max(1, capacity + servable) },
        ]);
      return {
        ...rest,
        ...(after.length === 0 ? {} : { partners: Object.fromEntries(after) as NonNullable<Tariff['partners']> }),
        bands,
        lots: Object.fromEntries(more ? [['south', {}], ...lots] : lots) as Tariff['lots'],
        ...(tariff.activation === undefined ? {} : { activation: part(tariff.activation, by.activation) }),
      };
    });
}

/** Lines per cell that may be awarded, or may be too many or too few. */
export const quantities = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 });

const CELLS = LOTS.flatMap((lot) => TIERS.map((tier): Cell => ({ lot, tier, lines: 0 })));

/** What lines of the four cells cost over the term by a tariff; null when it cannot be awarded them. */
export function costAwarded(tariff: Tariff, termMonths: number, lines: readonly number[]): bigint | null {
  const won = lines.reduce((sum, some) => sum + some, 0);
  return costOf({ termMonths } as Problem, bidOf('a', tariff), CELLS, lines, won);
}

export function bidOf(id: string, tariff: Tariff): ProblemBid {
  return { ...tariff, id, provider: id, receivedAt: '2030-01-31T09:00:00Z' };
}

/** What a line of each cell costs over the term at each volume up to thirty, by "volume lot tier"; null where it is not offered. */
export function lineCosts(tariff: Tariff, termMonths: number): Map<string, bigint | null> {
  const table = new Map<string, bigint | null>();
  for (let volume = 1; volume <= 30; volume += 1) {
    const band = bandReached(tariff, volume) ?? 0;
    for (const { lot, tier } of CELLS) {
      const monthly = lineMonthly(tariff, band, lot, tier);
      const setup = tariff.lots[lot]?.setup ?? 0n;
      table.set(`${volume} ${lot} ${tier}`, monthly === null ? null : lineOverTerm(monthly, setup, termMonths));
    }
  }
  return table;
}
