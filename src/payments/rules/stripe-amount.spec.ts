import fc from 'fast-check';
import { MAX_MINOR } from '../../kernel/money.js';
import { fromStripe, toStripe } from './stripe-amount.js';

describe('amounts at Stripe', () => {
  it.each([
    [1_234n, 'EUR', 1_234],
    [1_234n, 'KRW', 1_234],
    [5n, 'ISK', 500],
    [7n, 'UGX', 700],
    [500n, 'MGA', 5],
    [5_120n, 'KWD', 5_120],
  ])('%s minor units of %s are %d there', (minor, currency, amount) => {
    expect(toStripe(minor, currency)).toBe(amount);
    expect(fromStripe(amount, currency)).toBe(minor);
  });

  it.each([
    [5_124n, 'KWD'],
    [150n, 'MGA'],
    [MAX_MINOR + 10n ** 15n, 'EUR'],
  ])('refuses %s of %s, which Stripe would not take, or would round', (minor, currency) => {
    expect(() => toStripe(minor, currency)).toThrow('collect this amount by bank transfer');
  });

  it('come back as they went, whatever is taken', () => {
    const currency = fc.constantFrom('EUR', 'KRW', 'ISK', 'UGX', 'MGA', 'KWD', 'TND', 'JPY');
    fc.assert(
      fc.property(currency, fc.bigInt({ min: 0n, max: 10n ** 12n }), (of, minor) => {
        const round = minor - (minor % 100n);
        expect(fromStripe(toStripe(round, of), of)).toBe(round);
      }),
    );
  });
});
