import fc from 'fast-check';
import { lineMonthly } from '../../pricing/rules/band.js';
import { bandOfRun } from './band.js';

const schedule = { bands: [{ from: 1 }, { from: 10 }, { from: 20 }] };

test('the band is the best of what was settled, billed, contracted and reached', () => {
  expect(bandOfRun(schedule, 0, null, null, 9)).toEqual({ band: 0, before: 0 });
  expect(bandOfRun(schedule, 0, null, null, 10)).toEqual({ band: 1, before: 0 });
  expect(bandOfRun(schedule, 0, 2, 1, 3)).toEqual({ band: 2, before: 2 });
  expect(bandOfRun(schedule, 1, 0, null, 0)).toEqual({ band: 1, before: 1 });
  expect(bandOfRun(schedule, 0, null, 2, 10)).toEqual({ band: 2, before: 0 });
  expect(bandOfRun(schedule, 0, 0, 1, 20)).toEqual({ band: 2, before: 0 });
});

test('over any months it never gets worse, and one more line never raises a price', () => {
  const anyBand = fc.integer({ min: 0, max: 2 });
  const month = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.option(anyBand));
  const months = fc.array(month, { minLength: 1, maxLength: 12 });
  const prices = fc.array(fc.bigInt({ min: 0n, max: 5_000n }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(months, anyBand, anyBand, prices, (lines, settled, another, drawn) => {
      const falling = [...drawn].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
      const bands = schedule.bands.map(({ from }, index) => ({ from, monthly: { basic: falling[index] ?? 0n } }));
      const tariff = { bands, lots: { north: {} } };
      const price = (band: number) => lineMonthly(tariff, band, 'north', 'basic') ?? 0n;
      let previous: number | null = null;
      for (const [count, contracted] of lines) {
        const { band, before }: { band: number; before: number } = bandOfRun(
          tariff,
          settled,
          previous,
          contracted,
          count,
        );
        expect(band).toBeGreaterThanOrEqual(contracted ?? 0);
        expect(band).toBeGreaterThanOrEqual(previous ?? settled);
        expect(price(band)).toBeLessThanOrEqual(price(before));
        const best = Math.max(contracted ?? 0, another);
        for (const also of [contracted, best]) {
          const { band: more } = bandOfRun(tariff, settled, previous, also, count + 1);
          expect(price(more)).toBeLessThanOrEqual(price(band));
        }
        previous = band;
      }
    }),
  );
});
