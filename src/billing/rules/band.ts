/** The one band in which all lines of an agreement are billed in a run. */
import { bandReached } from '../../pricing/rules/band.js';
import { ratchet } from '../../pricing/rules/collective-price.js';

export interface RunBand {
  readonly band: number;
  /** that of the run before, or else the settled one: `band` is never below it */
  readonly before: number;
}

/**
 * Within the term no price rises, and all pay the same: the best of the settled band, that of the run before, the one that
 * the lines reach which work at the cut-off, and any in which a line was contracted that is billed.
 * @param contractedBand the best of these; null when none joined later
 */
export function bandOfRun(
  schedule: Parameters<typeof bandReached>[0],
  settledBand: number,
  previousBand: number | null,
  contractedBand: number | null,
  lines: number,
): RunBand {
  const before = ratchet(settledBand, previousBand) ?? settledBand;
  const reached = ratchet(contractedBand, bandReached(schedule, lines));
  return { band: ratchet(before, reached) ?? before, before };
}
