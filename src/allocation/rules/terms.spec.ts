import fc from 'fast-check';
import { shareLimit } from './terms.js';

describe('the lines that a share allows', () => {
  it.each([
    [0.29, 100, 29],
    [0.6, 5, 3],
    [1 / 3, 9, 2],
    [1e-7, 20_000_000, 2],
    [1, 7, 7],
    [undefined, 7, 7],
  ])('a share of %s of %s lines is %s lines', (share, total, limit) => {
    expect(shareLimit(share, total)).toBe(limit);
  });

  it('is exact for every share of four decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 1_000_000_000 }), (part, total) => {
        expect(shareLimit(part / 10_000, total)).toBe(Number((BigInt(part) * BigInt(total)) / 10_000n));
      }),
    );
  });
});
