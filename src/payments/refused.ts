import { Refusal } from '../kernel/refusal.js';

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
