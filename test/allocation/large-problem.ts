/** Problems of any size, the same for the same seed: providers with five volume bands that cover most lots. */
import type { AwardRule, Problem, ProblemBid } from '../../src/allocation/rules/problem.js';

function randomOf(seed: number): () => number {
  let state = seed * 7_919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A problem with so many providers and lots, three tiers, at most half of the providers winning and 60 % the share. */
export function largeProblem(providers: number, lotCount: number, award: AwardRule, seed = 1): Problem {
  const random = randomOf(seed * 1_000_003 + providers * 1_009 + lotCount);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const tiers = ['basic', 'fast', 'giga'];
  const lots = Array.from({ length: lotCount }, (_, l) => ({
    id: `L${String(l).padStart(4, '0')}`,
    demand: Object.fromEntries(tiers.map((tier) => [tier, between(5, 400)])),
  }));
  const total = lots.reduce((sum, lot) => sum + Object.values(lot.demand).reduce((a, b) => a + b, 0), 0);
  const bids = Array.from({ length: providers }, (_, i): ProblemBid => {
    const base = tiers.map((_tier, t) => between(3_000, 4_000) * (1 + t / 2));
    let from = between(1, 20);
    const bands = Array.from({ length: 5 }, (_band, b) => {
      const part = 1 - 0.05 * b * (0.6 + random() * 0.8);
      const monthly = Object.fromEntries(tiers.map((tier, t) => [tier, BigInt(Math.round((base[t] ?? 0) * part))]));
      const band = { from, monthly };
      from = Math.max(from + 1, Math.floor((total * (b + 1) * (0.6 + random() / 2)) / 8));
      return band;
    });
    const covered = lots.filter((_lot, l) => i === l % providers || random() < 0.7);
    const terms = () => ({ surcharge: BigInt(between(0, 600)), setup: BigInt(between(0, 3_000)) });
    return {
      id: `b${i}`,
      provider: `p${i}`,
      receivedAt: new Date(Date.UTC(2026, 2, 1, 10, 0, i)).toISOString(),
      bands,
      lots: Object.fromEntries(covered.map((lot) => [lot.id, terms()])),
      ...(random() < 0.5 ? { capacity: Math.floor(total * (0.3 + random() / 2)) } : {}),
      ...(random() < 0.5 ? { activation: BigInt(between(0, 2_000_000)) } : {}),
    };
  });
  const rules = { award, maxWinners: Math.max(2, Math.ceil(providers / 2)), maxShare: 0.6 };
  return { currency: 'USD', termMonths: 36, lots, bids, rules };
}
