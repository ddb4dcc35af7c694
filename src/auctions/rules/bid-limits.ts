/**
 * The largest amounts of a bid. The winner determination refuses a problem that is beyond its limits as a whole, and no
 * bidder may bring that about for all the others: so whatever bids were taken, their problem must be within.
 *
 * The worst total that it reckons with is every line at the dearest of all bids, and every activation. Three quarters of
 * the most it takes are for lines, an equal part for each line; the rest is for activations, an equal part for each of
 * as many bidders as there may be: of the alternatives of a bid at most one wins. A limit on what a bid costs as a whole
 * would not do: each bid could be dear in another lot. Nothing here depends on other bids, nor on how many lines are wanted
 * where, which the refusal of a bid would tell: the number of all lines is public.
 */
import { LIMITS } from '../../allocation/rules/problem.js';
import type { AmountLimits } from '../../pricing/rules/amount-faults.js';
import { MOST_BIDDERS } from './room.js';

const LINES_MINOR = (LIMITS.worstTotalMinor * 3n) / 4n;
const ACTIVATION_MINOR = (LIMITS.worstTotalMinor - LINES_MINOR) / BigInt(MOST_BIDDERS);

/** @param tender lines in all its lots together, and the months of its term: at least one of each */
export function bidLimits({ totalLines, termMonths }: { totalLines: number; termMonths: number }): AmountLimits {
  return {
    amount: LIMITS.amountMinor,
    lineMonthly: LINES_MINOR / (BigInt(totalLines) * BigInt(termMonths)),
    activation: ACTIVATION_MINOR,
  };
}
