/** A small problem that a reader can solve by hand, to be changed by each test. */
import type { Problem, ProblemBid, ProblemRules } from '../../src/allocation/rules/problem.js';

/** A bid on lots at one monthly price for every line. */
export function bidAt(
  id: string,
  monthly: bigint,
  lots: readonly string[],
  more: Partial<ProblemBid> = {},
): ProblemBid {
  return {
    id,
    provider: `provider of ${id}`,
    receivedAt: '2026-03-01T10:00:00Z',
    bands: [{ from: 1, monthly: { basic: monthly } }],
    lots: Object.fromEntries(lots.map((lot) => [lot, {}])),
    ...more,
  };
}

/** Lots north (10 lines) and south (20 lines) of one tier, for a year. */
export function problemOf(bids: readonly ProblemBid[], rules: Partial<ProblemRules> = {}): Problem {
  return {
    currency: 'USD',
    termMonths: 12,
    lots: [
      { id: 'north', demand: { basic: 10 } },
      { id: 'south', demand: { basic: 20 } },
    ],
    bids,
    rules: { award: 'lot', ...rules },
  };
}
