/** How much of what a provider is owed is paid at once, and what can be taken back. */
import type { Minor } from '../../kernel/money.js';
import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { PayoutState } from './lifecycles.js';

/**
 * Keeps the reserve back, rounding it down.
 * @param earnedMinor without the reserves that were released, which have been kept once; below zero nothing is kept
 */
export function kept(earnedMinor: Minor, reserveBp: number): Minor {
  return earnedMinor <= 0n ? 0n : (earnedMinor * BigInt(reserveBp)) / 10_000n;
}

/**
 * Why a payout cannot be withdrawn at this moment: Stripe is being asked, or was, and nobody knows what came of it. Only once
 * it has refused, and is not asked again yet, is it known that nothing is under way.
 */
export function whyNotWithdraw(
  {
    state,
    failure,
    dueAt,
  }: { readonly state: PayoutState; readonly failure: string | null; readonly dueAt: Date | null },
  now: Date,
): Refusal | null {
  if (state !== 'transferring' || (failure !== null && dueAt !== null && dueAt > now)) return null;
  return refuse(
    'payout.being-transferred',
    'Stripe is being asked to transfer it. Look at it in a minute: it is paid by then, or says why not and can be withdrawn.',
  );
}
