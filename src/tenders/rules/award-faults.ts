/** Whether the rules of award can be kept at all by the demand: what no set of bids could satisfy is refused early. */
import type { Fault } from '../../kernel/refusal.js';
import { groupFaults } from './group-faults.js';
import { moneyFaults } from './money-faults.js';
import { type Part, partsOf, percent, unitWords } from './parts.js';
import { type TenderFrame, type TenderTerms, WHOLE_BP } from './terms.js';

/** Faults of winners, shares, groups, budget and award rule against each other and against the demand. */
export function awardFaults(terms: TenderTerms, frame: TenderFrame): Fault[] {
  const parts = partsOf(terms, frame);
  return [...winnerFaults(terms, parts), ...groupFaults(terms, parts), ...moneyFaults(terms, parts)];
}

function winnerFaults(terms: TenderTerms, parts: readonly Part[]): Fault[] {
  const { minWinners, maxWinners, maxShareBp } = terms;
  const faults: Fault[] = [];
  if (maxWinners !== null && maxWinners < minWinners) {
    const reason = `At most ${maxWinners} winners are fewer than the ${minWinners} asked for at least; raise one or lower the other.`;
    faults.push({ path: 'maxWinners', reason });
  }
  if (terms.awardRule !== 'shared' && parts.length > 0 && minWinners > parts.length) {
    const reason = `${minWinners} winners cannot each win something of ${unitWords(terms, parts.length)}; lower the number or share the lines.`;
    faults.push({ path: 'minWinners', reason });
  }
  if (maxShareBp === null) return faults;
  const needed = Math.ceil(WHOLE_BP / maxShareBp);
  if (maxWinners !== null && maxWinners < needed) {
    const reason = `With at most ${percent(maxShareBp)} of the lines each, it takes ${needed} winners to serve all; at most ${maxWinners} are allowed.`;
    faults.push({ path: 'maxShareBp', reason });
  }
  const total = parts.reduce((sum, part) => sum + part.lines, 0);
  const large = terms.awardRule === 'shared' ? [] : parts.filter(({ lines }) => lines * WHOLE_BP > total * maxShareBp);
  for (const { name, lines } of large.slice(0, 3)) {
    const reason = `${name} alone holds ${lines} of the ${total} lines, more than the ${percent(maxShareBp)} one provider may win; raise the share or cut it smaller.`;
    faults.push({ path: 'maxShareBp', reason });
  }
  return faults;
}
