/** Whether two answers to one problem agree: a proved cheapest allocation, and that of a solver that works in floats. */

/** What our search answers. */
export interface ProvedAnswer {
  /** in minor units, exact; null without an allocation. Absent in what an earlier version measured */
  readonly total?: number | null;
  /** (total - bound) / total; 0 when proved */
  readonly gap: number;
}

/** What the plain call answers. */
export interface FloatAnswer {
  /** of its allocation, reckoned again in whole minor units and checked; null without one that keeps the rules */
  readonly total?: number | null;
  /** relative, by the solver's own word; 1 without an answer */
  readonly gap: number;
  readonly status: string;
}

/** The relative gap within which the plain call is told to end: what it calls proved may be so far off. */
export const PLAIN_GAP = 1e-6;

/**
 * In words, in what a proof of ours contradicts the plain answer; null when it does not, or there is nothing to compare.
 * An allocation that keeps the rules costs no less than a proved one, and no more than the plain call's own gap above it.
 */
export function disagreement(ours: ProvedAnswer, plain: FloatAnswer): string | null {
  if (ours.total === undefined || plain.total === undefined || ours.gap !== 0 || plain.total === null) return null;
  if (ours.total === null) return `proved that there is none, but the plain call has one for ${plain.total}`;
  if (plain.total < ours.total) return `proved ${ours.total}, but the plain call has one for ${plain.total}`;
  const within = Math.max(plain.gap, PLAIN_GAP) * plain.total;
  if (plain.total - ours.total <= Math.ceil(within)) return null;
  return `proved ${ours.total}, but the plain call says that nothing is more than ${Math.ceil(within)} below its ${plain.total}`;
}
