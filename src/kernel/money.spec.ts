import fc from 'fast-check';
import { allocate, divideRounded, formatMoney, MAX_MINOR, parseMoney } from './money.js';

describe('money', () => {
  it('reads and writes amounts as people do', () => {
    expect(parseMoney('55.00', 'USD')).toBe(5500n);
    expect(parseMoney('55.5', 'USD')).toBe(5550n);
    expect(parseMoney('31000', 'KRW')).toBe(31000n);
    expect(parseMoney('31000.00', 'KRW')).toBe(31000n);
    expect(formatMoney(5n, 'USD')).toBe('0.05');
    expect(formatMoney(-5500n, 'USD')).toBe('-55.00');
    expect(formatMoney(31000n, 'KRW')).toBe('31000');
    expect(parseMoney('18500', 'XOF')).toBe(18500n);
    expect(formatMoney(18500n, 'OMR')).toBe('18.500');
  });

  it.each(['', '-1', '1e3', '1,000', '0.001', '.5', '1.', 'NaN', ' 5', '99999999999999999'])('refuses %p', (text) => {
    expect(parseMoney(text, 'USD')).toBeNull();
  });

  it('writes what it can read back', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, MAX_MINOR), fc.constantFrom('USD', 'KRW', 'KWD', 'CLF'), (minor, currency) => {
        expect(parseMoney(formatMoney(minor, currency), currency)).toBe(minor);
      }),
    );
  });

  it('rounds halves away from zero', () => {
    expect([5n, -5n, 4n, -4n, 6n].map((n) => divideRounded(n, 10n))).toEqual([1n, -1n, 0n, 0n, 1n]);
  });

  it('splits without losing or inventing a unit, each part within one of its exact share', () => {
    const weights = fc.array(fc.bigInt(0n, 1_000_000n), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.bigInt(-1_000_000_000n, 1_000_000_000n), weights, (total, w) => {
        const sum = w.reduce((a, b) => a + b, 0n);
        fc.pre(sum > 0n);
        const parts = allocate(total, w);
        expect(parts.reduce((a, b) => a + b, 0n)).toBe(total);
        parts.forEach((part, i) => {
          const off = part * sum - total * (w[i] ?? 0n);
          expect(off < sum && off > -sum).toBe(true);
        });
      }),
    );
  });
});
