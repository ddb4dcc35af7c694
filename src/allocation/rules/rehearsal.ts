/**
 * Made problems on which a solver thread rehearses: of all award rules, and large enough to reach what real ones reach,
 * so that the code is compiled before somebody waits for it. The same in every process.
 */
import type { AwardRule, Problem, ProblemBid } from './problem.js';
import type { Asked } from './solve.js';

/** How many problems a rehearsal has. */
export const REHEARSAL = 40;

const AWARDS: readonly AwardRule[] = ['lot', 'shared', 'lot', 'tier'];
/** Gaps are asked for in one turn of so many, by lot, where there are fewest. */
const GAPS = { of: 8, at: 6 };
const PROVIDERS = 8;
const LOTS = { least: 16, steps: 5 };
const BANDS = 4;
const TIERS = ['basic', 'fast', 'giga'];

export interface Rehearsed {
  readonly problem: Problem;
  readonly asked: Asked;
}

/** What is solved in a turn, counted from 0. Gaps to win are asked for as well now and then: they take linear programs. */
export function rehearsed(turn: number): Rehearsed {
  return { problem: problemOf(turn), asked: turn % GAPS.of === GAPS.at ? { gapsOf: ['bid 1'] } : {} };
}

function problemOf(turn: number): Problem {
  const between = drawing(turn);
  const ids = Array.from({ length: LOTS.least + 2 * (turn % LOTS.steps) }, (_, l) => `lot ${l}`);
  const lots = ids.map((id) => ({ id, demand: Object.fromEntries(TIERS.map((tier) => [tier, between(5, 400)])) }));
  const lines = lots.flatMap(({ demand }) => Object.values(demand)).reduce((sum, count) => sum + count, 0);
  const bids = Array.from({ length: PROVIDERS }, (_, i): ProblemBid => {
    const base = TIERS.map((_tier, t) => between(3_000, 4_000) * (2 + t));
    const bands = Array.from({ length: BANDS }, (_band, b) => ({
      from: b === 0 ? 1 : Math.floor((lines * b * between(60, 80)) / 600),
      monthly: Object.fromEntries(
        TIERS.map((tier, t) => [tier, BigInt(Math.floor(((base[t] ?? 0) * (100 - b * between(3, 6))) / 100))]),
      ),
    }));
    const covered = ids.filter((_id, l) => l % PROVIDERS === i || between(0, 9) < 7);
    return {
      id: `bid ${i}`,
      provider: `provider ${i}`,
      receivedAt: `2026-01-01T00:00:0${i}Z`,
      bands,
      lots: Object.fromEntries(
        covered.map((id) => [id, { surcharge: BigInt(between(0, 600)), setup: BigInt(between(0, 3_000)) }]),
      ),
      ...(i % 2 === 0 ? { capacity: Math.floor((lines * between(30, 80)) / 100) } : {}),
      activation: BigInt(between(0, 2_000_000)),
    };
  });
  const award = AWARDS[turn % AWARDS.length] ?? 'lot';
  return { currency: 'USD', termMonths: 36, lots, bids, rules: { award, maxWinners: PROVIDERS / 2, maxShare: 0.6 } };
}

/** Whole numbers within limits, one after the other the same for the same turn (Lehmer 1951). */
function drawing(turn: number): (least: number, most: number) => number {
  let state = turn + 1;
  return (least, most) => {
    state = (state * 48_271) % 2_147_483_647;
    return least + (state % (most - least + 1));
  };
}
