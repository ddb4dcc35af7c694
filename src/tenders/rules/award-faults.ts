/** Whether the rules of award can be kept at all by the demand: what no set of bids could satisfy is refused early. */
import type { Fault } from '../../kernel/refusal.js';
import { demandByLot, linesOf } from './lot-demand.js';
import { type TenderFrame, type TenderTerms, WHOLE_BP } from './terms.js';

/** Faults of winners, share and award rule against each other and against the demand. */
export function awardFaults(terms: TenderTerms, frame: TenderFrame): Fault[] {
  const { minWinners, maxWinners, maxShareBp } = terms;
  const faults: Fault[] = [];
  if (maxWinners !== null && maxWinners < minWinners) {
    const reason = `At most ${maxWinners} winners are fewer than the ${minWinners} asked for at least; raise one or lower the other.`;
    faults.push({ path: 'maxWinners', reason });
  }
  const parts = partsOf(terms, frame);
  if (terms.awardRule !== 'shared' && parts.length > 0 && minWinners > parts.length) {
    const unit = terms.awardRule === 'lot' ? 'lots' : 'tiers of lots';
    const reason = `${minWinners} winners cannot each win something of ${parts.length} ${unit}; lower the number or share the lines.`;
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

/** What goes to one provider as a whole. */
function partsOf(terms: TenderTerms, frame: TenderFrame): { name: string; lines: number }[] {
  return [...demandByLot(terms.lots, frame.demand)].flatMap(([lot, demand]) =>
    terms.awardRule === 'lot'
      ? [{ name: `Lot ${lot}`, lines: linesOf(demand) }]
      : Object.entries(demand).map(([tier, { firm, interest }]) => ({
          name: `Tier ${tier} of lot ${lot}`,
          lines: firm + interest,
        })),
  );
}

function percent(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}
