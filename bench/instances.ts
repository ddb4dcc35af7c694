/** Problems of any size for benchmarks, the same for the same seed. */
import { Random } from '../demo/random.js';
import type { AwardRule, Problem, ProblemBid } from '../src/allocation/rules/problem.js';

const TIERS = ['basic', 'fast', 'giga'];
const BANDS = 5;

/** So many providers bid; at most half of them win, none more than 60 %. */
export function instance(providers: number, lotCount: number, award: AwardRule, seed: number): Problem {
  const random = new Random(seed * 1_000_003 + providers * 1_009 + lotCount);
  const lots = Array.from({ length: lotCount }, (_, l) => ({
    id: `L${String(l).padStart(4, '0')}`,
    demand: Object.fromEntries(TIERS.map((tier) => [tier, random.between(5, 400)])),
  }));
  const total = lots.reduce((sum, lot) => sum + Object.values(lot.demand).reduce((a, b) => a + b, 0), 0);
  const bids = bidsFor(random, providers, lots, TIERS, total, BANDS);
  const rules = { award, maxWinners: Math.max(2, Math.ceil(providers / 2)), maxShare: 0.6 };
  return { currency: 'USD', termMonths: 36, lots, bids, rules };
}

/** Each provider bids so many volume bands for about seven lots in ten. Some have a capacity, some a one-off cost. */
export function bidsFor(
  random: Random,
  providers: number,
  lots: readonly { readonly id: string }[],
  tierCodes: readonly string[],
  total: number,
  bandCount: number,
): ProblemBid[] {
  return Array.from({ length: providers }, (_, i): ProblemBid => {
    const base = tierCodes.map((_tier, t) => random.between(3_000, 4_000) * (1 + t / 2));
    let from = random.between(1, 20);
    const bands = Array.from({ length: bandCount }, (_band, b) => {
      const part = 1 - 0.05 * b * (0.6 + random.next() * 0.8);
      const band = {
        from,
        monthly: Object.fromEntries(tierCodes.map((tier, t) => [tier, BigInt(Math.round((base[t] ?? 0) * part))])),
      };
      from = Math.max(from + 1, Math.floor((total * (b + 1) * (0.6 + random.next() / 2)) / 8));
      return band;
    });
    const covered = lots.filter((_lot, l) => i === l % providers || random.next() < 0.7);
    const terms = () => ({ surcharge: BigInt(random.between(0, 600)), setup: BigInt(random.between(0, 3_000)) });
    return {
      id: `b${i}`,
      provider: `p${i}`,
      receivedAt: new Date(Date.UTC(2026, 2, 1, 10, 0, i)).toISOString(),
      bands,
      lots: Object.fromEntries(covered.map((lot) => [lot.id, terms()])),
      ...(random.next() < 0.5 ? { capacity: Math.floor(total * (0.3 + random.next() / 2)) } : {}),
      ...(random.next() < 0.5 ? { activation: BigInt(random.between(0, 2_000_000)) } : {}),
    };
  });
}
