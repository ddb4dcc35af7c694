import fc from 'fast-check';
import type { Minor } from '../../kernel/money.js';
import { settleVolume } from '../../pricing/rules/collective-price.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { acceptorsOf, priceSteps } from './price-steps.js';

const classes = [
  { lot: 'north', tier: 'basic' },
  { lot: 'south', tier: 'basic' },
];
const amount = fc.bigInt({ min: 1n, max: 60n });

/** Ascending bands whose prices do not rise, with a surcharge in one lot. */
const tariffs: fc.Arbitrary<Tariff> = fc
  .tuple(fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), amount), { minLength: 1, maxLength: 4 }), amount)
  .map(([steps, surcharge]) => {
    const prices = steps.map(([, price]) => price).sort((a, b) => Number(b - a));
    let from = 0;
    const bands = steps.map(([more], index) => ({ from: (from += more), monthly: { basic: prices[index] ?? 1n } }));
    return { bands, lots: { north: {}, south: { surcharge } } };
  });

describe('limits counted by the prices they reach', () => {
  it('settle like the limits themselves', () => {
    const line = fc.record({
      cell: fc.integer({ min: 0, max: 1 }),
      limit: fc.option(fc.bigInt({ min: 0n, max: 130n })),
      lines: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(tariffs, fc.array(line, { maxLength: 12 }), (tariff, lines) => {
        const steps = priceSteps(tariff, classes);
        const stepOf = (cell: number, limit: Minor | null): number | null =>
          limit === null ? null : (steps[cell] ?? []).filter((price) => price <= limit).length;
        const counted = lines.map(({ cell, limit, lines: n }) => ({ cell, step: stepOf(cell, limit), lines: n }));
        const raw = lines.map(({ cell, limit, lines: n }) => {
          const { lot, tier } = classes[cell] ?? { lot: '', tier: '' };
          return { lot, tier, limit, lines: n };
        });
        const [byStep, byLimit] = [
          settleVolume(tariff, acceptorsOf(classes, steps, counted)),
          settleVolume(tariff, raw),
        ];
        expect(byStep).toEqual(byLimit);
      }),
      { numRuns: 500 },
    );
  });

  it('leave out who accepts no price at all', () => {
    const steps = [[10n, 20n]];
    expect(acceptorsOf(classes, steps, [{ cell: 0, step: 0, lines: 3 }])).toEqual([]);
    expect(acceptorsOf(classes, steps, [{ cell: 0, step: 2, lines: 3 }])).toEqual([
      { lot: 'north', tier: 'basic', limit: 20n, lines: 3 },
    ]);
  });
});
