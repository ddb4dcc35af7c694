/** A bid of a solved problem is improved, and it is solved again: with what was allocated before, and without. */
import { HighsSolver } from '../src/allocation/highs.solver.js';
import type { AwardRule, Problem, ProblemBid } from '../src/allocation/rules/problem.js';
import { type Outcome, solveProblem } from '../src/allocation/rules/solve.js';
import { canonicalJson } from '../src/kernel/canonical.js';
import { instance } from './instances.js';
import { median, type Report } from './report.js';

export interface KnownSizes {
  readonly sizes: readonly (readonly [providers: number, lots: number])[];
  readonly awards: readonly AwardRule[];
  readonly seeds: readonly number[];
}

export const KNOWN_SIZES: KnownSizes = {
  sizes: [
    [10, 50],
    [20, 50],
    [20, 100],
  ],
  awards: ['lot', 'shared'],
  seeds: [1, 2, 3],
};

/** Who improves, by so many thousandths: a winner, and a loser that still loses or comes to win. */
const IMPROVEMENTS = [
  { winner: true, thousandths: 5n },
  { winner: false, thousandths: 10n },
  { winner: false, thousandths: 50n },
] as const;
/** Each is solved so often both ways, one after the other; the quicker one counts, as others use the machine as well. */
const TIMES = 3;
const SECONDS = 60;

/**
 * A row per size and rule, in processor time.
 * @throws Error when both ways do not come to the same bytes
 */
export async function benchKnown(report: Report, { sizes, awards, seeds }: KnownSizes): Promise<void> {
  let end = 0;
  const solver = await HighsSolver.start({ secondsLeft: () => (end - cpuMillis()) / 1_000 });
  const solve = (problem: Problem, known?: Outcome['awards']) => {
    const began = cpuMillis();
    end = began + SECONDS * 1_000;
    const means = { solver, stop: () => false, progress: () => undefined };
    const { outcome } = solveProblem(problem, means, known ? { known } : {});
    return { outcome, millis: cpuMillis() - began };
  };
  for (const award of awards) {
    for (const [providers, lots] of sizes) {
      const runs = seeds.flatMap((seed) => {
        const problem = instance(providers, lots, award, seed);
        const { awards: before } = solve(problem).outcome;
        return IMPROVEMENTS.flatMap(({ winner, thousandths }) => {
          const winners = new Set(before.map(({ bid }) => bid));
          const bid = problem.bids.find(({ id }) => winners.has(id) === winner);
          if (!bid) return [];
          const improved = {
            ...problem,
            bids: problem.bids.map((one) => (one === bid ? lowered(one, thousandths) : one)),
          };
          let [without, withKnown] = [Infinity, Infinity];
          for (let time = 0; time < TIMES; time += 1) {
            const [plain, begun] = [solve(improved), solve(improved, before)];
            if (canonicalJson(plain.outcome) !== canonicalJson(begun.outcome)) {
              throw new Error(`${award} ${providers} x ${lots} seed ${seed}: what is known changed the answer`);
            }
            [without, withKnown] = [Math.min(without, plain.millis), Math.min(withKnown, begun.millis)];
          }
          return [{ without, known: withKnown }];
        });
      });
      const ratios = runs.map(({ without, known }) => known / without);
      report.row('known', {
        award,
        'providers x lots': `${providers} x ${lots}`,
        'without ms': median(runs.map(({ without }) => without)),
        'known ms': median(runs.map(({ known }) => known)),
        'longest without ms': Math.max(...runs.map(({ without }) => without)),
        'longest known ms': Math.max(...runs.map(({ known }) => known)),
        ratio: median(ratios),
        lowest: Math.min(...ratios),
        highest: Math.max(...ratios),
      });
    }
  }
}

function lowered(bid: ProblemBid, thousandths: bigint): ProblemBid {
  const lower = (prices: Readonly<Record<string, bigint>>) =>
    Object.fromEntries(
      Object.entries(prices).map(([tier, price]) => [tier, (price * (1_000n - thousandths)) / 1_000n]),
    );
  return { ...bid, bands: bid.bands.map((band) => ({ ...band, monthly: lower(band.monthly) })) };
}

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
