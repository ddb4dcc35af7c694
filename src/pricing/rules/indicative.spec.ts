import fc from 'fast-check';
import {
  nextBand,
  priceCurve,
  scheduleFaults,
  scheduleOf,
  whatMoreLinesDo,
  type IndicativeSchedule,
} from './indicative.js';

const schedule: IndicativeSchedule = {
  bands: [
    { from: 10, monthly: { basic: 3000n, fibre: 5000n } },
    { from: 100, monthly: { basic: 2500n, fibre: 4000n } },
  ],
};

describe('indicative schedule', () => {
  it('is a price curve in steps', () => {
    expect(priceCurve(schedule)).toEqual([
      { lines: 10, monthly: { basic: 3000n, fibre: 5000n } },
      { lines: 100, monthly: { basic: 2500n, fibre: 4000n } },
    ]);
  });

  it('tells how far the next band is and what every line then pays', () => {
    expect(nextBand(schedule, 0)).toMatchObject({ index: 0, from: 10, moreLines: 10, monthlyNow: null });
    expect(nextBand(schedule, 99)).toEqual({
      index: 1,
      from: 100,
      moreLines: 1,
      monthly: { basic: 2500n, fibre: 4000n },
      monthlyNow: { basic: 3000n, fibre: 5000n },
    });
    expect(nextBand(schedule, 100)).toBeNull();
  });

  it('says what one more firm line does for all', () => {
    expect(whatMoreLinesDo(schedule, 0, 'fibre', 'USD')).toBe(
      '10 more firm lines bring every fibre line to 50.00 USD a month.',
    );
    expect(whatMoreLinesDo(schedule, 88, 'fibre', 'KRW')).toBe(
      '12 more firm lines bring every fibre line to 4000 KRW a month instead of 5000 KRW a month.',
    );
    expect(whatMoreLinesDo(schedule, 99, 'basic', 'USD')).toBe(
      'One more firm line brings every basic line to 25.00 USD a month instead of 30.00 USD a month.',
    );
    expect(whatMoreLinesDo(schedule, 500, 'basic', 'USD')).toContain('every basic line pays 25.00 USD a month');
  });

  it('always leads into the band it promises, with the fewest lines', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), (lines) => {
        const next = nextBand(schedule, lines);
        fc.pre(next !== null);
        expect(next.moreLines).toBeGreaterThan(0);
        expect(nextBand(schedule, lines + next.moreLines)?.index).not.toBe(next.index);
        expect(nextBand(schedule, lines + next.moreLines - 1)?.index).toBe(next.index);
      }),
    );
  });

  it('names what is wrong with it', () => {
    expect(scheduleFaults(schedule, ['basic', 'fibre'])).toEqual([]);
    expect(scheduleFaults({ bands: [] }, ['basic']).map((f) => f.path)).toEqual(['bands']);
    expect(scheduleFaults(schedule, ['basic', 'fibre', 'radio']).map((f) => f.path)).toEqual(['bands.0.monthly.radio']);
    const odd = {
      bands: [
        { from: 1, monthly: { basic: 5n, radio: 1n } },
        { from: 1, monthly: { basic: 6n } },
      ],
    };
    expect(scheduleFaults(odd, ['basic']).map((f) => f.path)).toEqual([
      'bands.0.monthly.radio',
      'bands.1.from',
      'bands.1.monthly.basic',
    ]);
    const strange = { bands: [{ from: 1, monthly: { basic: 5n }, lotMonthly: {} }] };
    expect(scheduleFaults(strange, ['basic']).map((f) => f.path)).toEqual(['bands.0.lotMonthly']);
  });

  it("shows a tariff from one lot, with the lot's own prices and surcharge", () => {
    const tariff = {
      bands: [{ from: 1, monthly: { basic: 30n, fibre: 50n }, lotMonthly: { GG: { basic: 28n, radio: 9n } } }],
      lots: { GG: { surcharge: 2n }, SE: {} },
    };
    expect(scheduleOf(tariff, 'GG')).toEqual({ bands: [{ from: 1, monthly: { basic: 30n, fibre: 52n, radio: 11n } }] });
    expect(scheduleOf(tariff, 'SE')).toEqual({ bands: [{ from: 1, monthly: { basic: 30n, fibre: 50n } }] });
    expect(scheduleOf(tariff, 'BS')).toEqual({ bands: [{ from: 1, monthly: {} }] });
  });
});
