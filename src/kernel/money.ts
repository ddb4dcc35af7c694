/**
 * Money is an integer number of minor units (cents, won) and an ISO 4217 code. Never a float.
 * The largest amount anywhere is MAX_MINOR, so that every amount is also an exact JSON integer.
 */
import { minorDigits } from './currency.js';
import { refuse } from './refusal.js';

export type Minor = bigint;

export const MAX_MINOR: Minor = 9_000_000_000_000_000n;

/**
 * Reads an amount as people write it ("55.00", "1234", "0.5"): digits, at most one point, no sign, no grouping.
 * @returns the amount in minor units, or null when the text is not such an amount or exceeds MAX_MINOR
 */
export function parseMoney(text: string, currency: string): Minor | null {
  const digits = minorDigits(currency);
  const match = /^(\d{1,16})(?:\.(\d+))?$/.exec(text);
  if (!match) return null;
  const [, whole = '0', fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > digits) return null;
  const minor = BigInt(whole + significant.padEnd(digits, '0'));
  return minor > MAX_MINOR ? null : minor;
}

/** Writes minor units as a plain decimal: formatMoney(5500n, 'USD') is "55.00". */
export function formatMoney(minor: Minor, currency: string): string {
  const digits = minorDigits(currency);
  const sign = minor < 0n ? '-' : '';
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The one rounding: numerator / denominator, halves away from zero. The denominator is positive. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw refuse('money.denominator', 'A share of nothing cannot be computed.');
  const half = numerator < 0n ? -(denominator / 2n) : denominator / 2n;
  return (numerator + half) / denominator;
}

/**
 * Splits a total in proportion to weights by largest remainder (Hamilton); ties go to the earlier weight.
 * The parts always sum to the total. Weights are non-negative and not all zero.
 */
export function allocate(total: Minor, weights: readonly bigint[]): Minor[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum <= 0n || weights.some((w) => w < 0n)) {
    throw refuse('money.weights', 'An amount can only be split over non-negative weights that are not all zero.');
  }
  const sign = total < 0n ? -1n : 1n;
  const amount = total * sign;
  const parts = weights.map((w) => (amount * w) / sum);
  const remainders = weights.map((w, index) => ({ index, remainder: (amount * w) % sum }));
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  let left = amount - parts.reduce((a, b) => a + b, 0n);
  for (const { index } of remainders) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts.map((part) => part * sign);
}
