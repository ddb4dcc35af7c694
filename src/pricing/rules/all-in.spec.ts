import fc from 'fast-check';
import { monthlyWithin, setupMonthly } from './all-in.js';

describe('amounts a month that are meant all-in', () => {
  it('spread the set-up over the term, rounded up', () => {
    expect(setupMonthly(0n, 24)).toBe(0n);
    expect(setupMonthly(2_400n, 24)).toBe(100n);
    expect(setupMonthly(2_401n, 24)).toBe(101n);
    expect(monthlyWithin(4_200n, 0n, 24)).toBe(4_200n);
    expect(monthlyWithin(4_200n, 2_401n, 24)).toBe(4_099n);
  });

  it('leave no price when the set-up alone is more than all of them', () => {
    expect(monthlyWithin(100n, 2_400n, 24)).toBe(0n);
    expect(monthlyWithin(100n, 1_000_000n, 24)).toBe(0n);
  });

  it('allow every price with which the term costs no more than the ceiling, and no other', () => {
    const amount = fc.bigInt({ min: 0n, max: 60n });
    const price = fc.bigInt({ min: 1n, max: 60n });
    const setups = fc.bigInt({ min: 0n, max: 900n });
    fc.assert(
      fc.property(amount, setups, fc.integer({ min: 1, max: 30 }), price, (ceiling, setup, termMonths, monthly) => {
        const term = BigInt(termMonths);
        const allowed = monthly <= monthlyWithin(ceiling, setup, termMonths);
        expect(allowed).toBe(monthly * term + setup <= ceiling * term);
      }),
      { numRuns: 1_000 },
    );
  });
});
