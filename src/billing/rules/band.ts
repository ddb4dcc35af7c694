/** The one band in which all lines of an agreement are billed in a run. */
import { bandReached } from '../../pricing/rules/band.js';
import { ratchet } from '../../pricing/rules/collective-price.js';

export interface RunBand {
  readonly band: number;
  /** that of the run before, or else the settled one: `band` is never below it */
  readonly before: number;
}

/**
 * Within the term no price rises: the best of the settled band, that of the run before, and the one that the lines
 * reach which work at the cut-off.
 */
export function bandOfRun(
  schedule: Parameters<typeof bandReached>[0],
  settledBand: number,
  previousBand: number | null,
  lines: number,
): RunBand {
  const before = ratchet(settledBand, previousBand) ?? settledBand;
  return { band: ratchet(before, bandReached(schedule, lines)) ?? before, before };
}
