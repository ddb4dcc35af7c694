import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { DepositState } from './lifecycles.js';

const LIVE: ReadonlySet<DepositState> = new Set(['asked', 'charging', 'processing', 'held']);

/** @returns the refusal of giving a deposit back, or null when it may be */
export function whyNotReturn(state: DepositState): Refusal | null {
  return LIVE.has(state)
    ? null
    : refuse('deposit.not-held', `A deposit that is ${state} is not held any more: there is nothing to give back.`, {
        state,
      });
}
