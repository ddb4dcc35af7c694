import fc from 'fast-check';
import { coverable } from './cover.js';
import { marketOf } from './market.js';
import type { Problem } from './problem.js';
import { wholeRegion } from './region.js';

const LOTS = 6;

/** Five providers that each offer some of six lots; so many of them may win. */
const tenders = fc.record({
  offers: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: LOTS - 1 }), { minLength: 1 }), {
    minLength: 5,
    maxLength: 5,
  }),
  maxWinners: fc.integer({ min: 1, max: 5 }),
  included: fc.option(fc.integer({ min: 0, max: 4 })),
});

describe('which providers can serve everything', () => {
  it('is answered as trying all choices of winners answers it', () => {
    fc.assert(
      fc.property(tenders, ({ offers, maxWinners, included }) => {
        const problem: Problem = {
          currency: 'USD',
          termMonths: 1,
          lots: Array.from({ length: LOTS }, (_, l) => ({ id: `L${l}`, demand: { basic: 2 } })),
          bids: offers.map((lots, i) => ({
            id: `b${i}`,
            provider: `p${i}`,
            receivedAt: `2026-03-01T10:00:0${i}Z`,
            bands: [{ from: 1, monthly: { basic: 10n } }],
            lots: Object.fromEntries(lots.map((l) => [`L${l}`, {}])),
          })),
          rules: { award: 'lot', maxWinners, ...(included === null ? {} : { include: [`p${included}`] }) },
        };
        const choices = Array.from({ length: 2 ** 5 }, (_, set) => offers.filter((_lots, i) => (set >> i) % 2 === 1));
        const expected = choices.some((winners, set) => {
          const named = included === null || (set >> included) % 2 === 1;
          return named && winners.length <= maxWinners && new Set(winners.flat()).size === LOTS;
        });
        const market = marketOf(problem);
        expect(coverable(market, wholeRegion(market))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
