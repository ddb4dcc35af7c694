import { Refusal } from '../kernel/refusal.js';
import type { StripeTrouble } from './stripe-errors.js';

/**
 * Will Stripe never do what it was asked, because of what was asked? Then it goes by bank. What is wrong with our key or
 * with Stripe itself passes, and is tried again.
 */
export function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Refusal)) return false;
  if (error.code === 'stripe.amount') return true;
  if (error.code !== 'stripe.refused') return false;
  const { type } = (error.facts['stripe'] ?? {}) as { type?: string };
  return type === 'StripeInvalidRequestError';
}

/**
 * Why Stripe refused a transfer, or the reversal of one; null for what is no refusal. `passing` is what time mends: money
 * that is not available yet. Stripe gives the same answer to the same key for a day, so whoever asks again after a refusal
 * has to count it in the key.
 */
export function whyRefused(error: unknown): { readonly code: string; readonly passing: boolean } | null {
  if (!(error instanceof Refusal) || !isRefusedForGood(error)) return null;
  const code = (error.facts['stripe'] as StripeTrouble | undefined)?.code ?? error.code;
  return { code, passing: code === 'balance_insufficient' };
}

/** What passes is asked for again so much later. */
export const RETRY_MILLIS = 3_600_000;
