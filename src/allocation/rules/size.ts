/** Whether a problem whose parts are well formed is within the limits as a whole. */
import type { Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { LIMITS, type Problem, type ProblemBid } from './problem.js';
import { lineCost } from './terms.js';

function demandFaults(problem: Problem): Fault[] {
  const cells = problem.lots.flatMap((lot) => Object.entries(lot.demand).filter(([, lines]) => lines > 0));
  const tiers = new Set(problem.lots.flatMap((lot) => Object.keys(lot.demand)));
  const lines = cells.reduce((sum, [, count]) => sum + count, 0);
  const over = (what: string, count: number, most: number): Fault[] =>
    count > most ? [{ path: 'lots', reason: `${what}: ${count}; at most ${most} are taken` }] : [];
  return [
    ...over('different tiers', tiers.size, LIMITS.tiers),
    ...over('lots x tiers with demand', cells.length, LIMITS.cells),
    ...over('lines altogether', lines, LIMITS.totalLines),
  ];
}

/** The faults that only show in the whole: too large, or a line that would cost less than nothing. */
export function sizeFaults(problem: Problem): Fault[] {
  const faults = demandFaults(problem);
  if (faults.length > 0) return faults;
  const cells = problem.lots.flatMap((lot) =>
    Object.entries(lot.demand)
      .filter(([, lines]) => lines > 0)
      .map(([tier, lines]) => ({ lot: lot.id, tier, lines, dearest: 0n })),
  );
  const prices = problem.bids.reduce((sum, bid) => sum + bid.bands.length, 0) * cells.length;
  if (prices > LIMITS.prices) {
    return [{ path: 'bids', reason: `bands x lots x tiers are ${prices}; at most ${LIMITS.prices} are taken` }];
  }
  let worst = worstActivation(problem.bids);
  problem.bids.forEach((bid, i) => {
    bid.bands.forEach((_, band) => {
      for (const cell of cells) {
        const cost = lineCost(problem, bid, band, cell.lot, cell.tier);
        if (cost === null) continue;
        if (cost < 0n && faults.length < LIMITS.faults) {
          const reason = `makes a line of "${cell.tier}" in lot "${cell.lot}" cost ${cost} in band ${band}`;
          faults.push({ path: `bids[${i}].adjustment`, reason });
        }
        if (cost > cell.dearest) cell.dearest = cost;
      }
    });
  });
  for (const cell of cells) worst += cell.dearest * BigInt(cell.lines);
  if (worst > LIMITS.worstTotalMinor) {
    const reason = `all lines at their dearest would cost ${worst}; at most ${LIMITS.worstTotalMinor} is taken`;
    faults.push({ path: 'bids', reason });
  }
  return faults;
}

/** The activation of all bids; of those of which at most one wins, the dearest. */
function worstActivation(bids: readonly ProblemBid[]): Minor {
  let worst: Minor = 0n;
  const dearest = new Map<string, Minor>();
  for (const { provider, alternative, activation = 0n } of bids) {
    if (alternative === undefined) {
      worst += activation;
      continue;
    }
    const mark = JSON.stringify([provider, alternative]);
    if (activation > (dearest.get(mark) ?? 0n)) dearest.set(mark, activation);
  }
  return [...dearest.values()].reduce((sum, most) => sum + most, worst);
}
