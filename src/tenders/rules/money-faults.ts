/** Whether the rules about what awards cost can be kept: the budget, and the largest part of it for one provider. */
import type { Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { type Part, percent, unitWords } from './parts.js';
import { type TenderTerms, WHOLE_BP } from './terms.js';

/** The largest budget: as much as all lines of a tender may cost at their dearest. */
export const MAX_BUDGET_MINOR: Minor = 1_000_000_000_000_000n;

/** Faults of budget and cost share. */
export function moneyFaults(terms: TenderTerms, parts: readonly Part[]): Fault[] {
  return [...budgetFaults(terms), ...costShareFaults(terms, parts)];
}

function budgetFaults({ budgetMinor }: TenderTerms): Fault[] {
  if (budgetMinor === null || (budgetMinor > 0n && budgetMinor <= MAX_BUDGET_MINOR)) return [];
  const reason =
    budgetMinor > 0n
      ? `A budget of ${budgetMinor} is more than any award can cost; give at most ${MAX_BUDGET_MINOR}, or null for none.`
      : `A budget of ${budgetMinor} leaves nothing to award; give what all lines may cost over the term, or null for no limit.`;
  return [{ path: 'budgetMinor', reason }];
}

function costShareFaults(terms: TenderTerms, parts: readonly Part[]): Fault[] {
  const { awardRule, maxWinners, maxCostShareBp } = terms;
  if (maxCostShareBp === null) return [];
  const path = 'maxCostShareBp';
  if (awardRule === 'shared') {
    const reason =
      'A part of the cost is only limited where whole lots or tiers are awarded; set maxShareBp, of the lines, instead.';
    return [{ path, reason }];
  }
  const needed = Math.ceil(WHOLE_BP / maxCostShareBp);
  const each = `With at most ${percent(maxCostShareBp)} of the cost each, it takes ${needed} winners`;
  if (maxWinners !== null && maxWinners < needed) {
    return [{ path, reason: `${each}; at most ${maxWinners} are allowed. Raise the part or the number.` }];
  }
  if (parts.length > 0 && parts.length < needed) {
    return [
      { path, reason: `${each}, and there are ${unitWords(terms, parts.length)}. Raise the part or cut smaller lots.` },
    ];
  }
  return [];
}
