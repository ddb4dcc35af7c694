/** How much of what a provider is owed is paid at once. */
import type { Minor } from '../../kernel/money.js';

/** Keeps the reserve back, rounding it down. */
export function kept(claimsMinor: Minor, reserveBp: number): Minor {
  return (claimsMinor * BigInt(reserveBp)) / 10_000n;
}
