import fc from 'fast-check';
import type { AwardRule, Problem, ProblemBid, ProblemRules } from '../../src/allocation/rules/problem.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { Reliefs } from '../../src/allocation/rules/reliefs.js';
import { leastSteps, Trying } from '../../src/allocation/rules/trying.js';
import { type Best, bruteForce } from './brute-force.js';
import { solveHere, startHighs } from './in-process.js';
import { bidAt, problemOf } from './sample-problem.js';
import { smallProblems } from './small-problems.js';
import { cases, enough, untilSeen } from '../support/cases.js';

const AWARDS: readonly AwardRule[] = ['lot', 'tier', 'shared'];

function changed(problem: Problem, rules: Partial<ProblemRules>): Problem {
  return { ...problem, rules: { ...problem.rules, ...rules } };
}

function without(problem: Problem, rule: keyof ProblemRules): Problem {
  const { [rule]: _, ...rules } = problem.rules;
  return { ...problem, rules: rules as ProblemRules };
}

/** Problems under one award rule, most of them with a rule or a minimum that is hard to keep. */
function tightProblems(award: AwardRule): fc.Arbitrary<Problem> {
  const rules: Partial<ProblemRules>[] = [
    { maxShare: 0.3 },
    { maxShare: 0.5 },
    { minWinners: 3 },
    ...Array.from({ length: 5 }, () => ({ maxWinners: 1 })),
    ...(award === 'shared' ? [] : [{ maxCostShare: 0.3 }, { maxCostShare: 0.5 }]),
    {},
  ];
  const asked = {
    problem: smallProblems(award),
    tight: fc.constantFrom(...rules),
    others: fc.constantFrom(true, false),
  };
  return fc.record({ ...asked, least: fc.constantFrom(0, 0, 4, 9) }).map(({ problem, tight, others, least }) => {
    const { budgetMinor: _, groups: __, ...kept }: ProblemRules = others ? problem.rules : { award };
    const { minWinners = 0, maxWinners = 9 } = { ...kept, ...tight };
    const total = problem.lots.flatMap(({ demand }) => Object.values(demand)).reduce((sum, lines) => sum + lines, 0);
    // Of providers that cannot serve all, one is too few.
    const capacity = Math.max(1, Math.floor(total * 0.7));
    const bids = problem.bids.map((bid) => ({
      ...bid,
      ...(least === 0 ? {} : { minimumLines: least }),
      ...(tight.maxWinners === undefined ? {} : { capacity, lots: { ...everywhere(problem), ...bid.lots } }),
    }));
    const both = minWinners > maxWinners ? { minWinners: maxWinners } : {};
    return { ...problem, bids, rules: { ...kept, ...tight, ...both } };
  });
}

function everywhere({ lots }: Problem): ProblemBid['lots'] {
  return Object.fromEntries(lots.map(({ id }) => [id, {}]));
}

function askingFor(bid: ProblemBid, lines: number): ProblemBid {
  const bands = bid.bands.map((band, b) => (b === 0 ? { ...band, from: Math.min(band.from, lines) } : band));
  return { ...bid, bands, minimumLines: Math.min(bid.minimumLines ?? 0, lines) };
}

function withBid(problem: Problem, id: string, lines: number): Problem {
  return { ...problem, bids: problem.bids.map((bid) => (bid.id === id ? askingFor(bid, lines) : bid)) };
}

/** Of one bid or of another one, how much the largest part of the cost is. */
function smallerPart(a: Best, b: Best): boolean {
  return a.largest * b.whole < b.largest * a.whole;
}

/** The fewest lines that nobody serves: trying everything, where nobody takes a line for one and everybody for nothing. */
function fewestUnserved({ currency, lots, bids, rules }: Problem): number {
  const free = (prices: Readonly<Record<string, bigint>>) =>
    Object.fromEntries(Object.keys(prices).map((tier) => [tier, 0n]));
  const able = bids
    .filter(({ provider }) => rules.exclude?.includes(provider) !== true)
    .map(({ id, provider, receivedAt, capacity, partners, ...bid }): ProblemBid => {
      const bands = bid.bands.map(({ from, monthly, lotMonthly }, b) => ({
        from: b === 0 ? 0 : from,
        monthly: free(monthly),
        lotMonthly: Object.fromEntries(Object.entries(lotMonthly ?? {}).map(([lot, prices]) => [lot, free(prices)])),
      }));
      const limited = Object.entries(bid.lots).map(([lot, { capacity: most, tiers }]) => {
        return [lot, { ...(most === undefined ? {} : { capacity: most }), ...(tiers ? { tiers } : {}) }] as const;
      });
      return {
        id,
        provider,
        receivedAt,
        bands,
        lots: Object.fromEntries(limited),
        ...(capacity === undefined ? {} : { capacity }),
        ...(partners ? { partners } : {}),
      };
    });
  const tiers = lots.flatMap(({ demand }) => Object.keys(demand));
  const nobody = bidAt(
    'nobody',
    1n,
    lots.map(({ id }) => id),
    {
      bands: [{ from: 1, monthly: Object.fromEntries(tiers.map((tier) => [tier, 1n])) }],
    },
  );
  const best = bruteForce({ currency, termMonths: 1, lots, bids: [...able, nobody], rules: { award: rules.award } });
  return Number(best?.totalMinor ?? -1n);
}

function minorOf(text: string | undefined): bigint {
  return BigInt((text ?? '').replace('.', ''));
}

describe('how far a rule has to give way is what trying everything says', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it.each(AWARDS)('shares, winners, parts of the cost, minimum volumes: award %s', (award) => {
    const seen = { share: 0, most: 0, fewest: 0, part: 0, minimum: 0 };
    const rarest = (): number => {
      // A part of the cost is no rule where lines are shared.
      const { part, ...others } = seen;
      return Math.min(...Object.values(others), award === 'shared' ? Infinity : part);
    };
    untilSeen(rarest, () =>
      fc.assert(
        fc.property(tightProblems(award), (problem) => {
          if (bruteForce(problem) !== null) return;
          const { status, explanation } = solveHere(problem, highs);
          expect(status).toBe('infeasible');
          // What would be enough together is another test's.
          const words = explanation.filter((sentence) => !sentence.includes(' together there would be one')).join('\n');
          const { maxWinners = 0, minWinners = 0 } = problem.rules;
          expect(words).not.toMatch(/helps is at (most|least)|to at least/);
          const share =
            /the maximum share of [\d.]+ there would be one; the smallest that helps is (\d+) of (\d+) lines? \(([\d.]+)\)/.exec(
              words,
            );
          if (share) {
            const [lines, total, part] = share.slice(1).map(Number);
            expect(bruteForce(changed(problem, { maxShare: (lines ?? 0) / (total ?? 1) }))).not.toBeNull();
            expect(bruteForce(changed(problem, { maxShare: part ?? 0 }))).not.toBeNull();
            expect(bruteForce(changed(problem, { maxShare: ((lines ?? 0) - 1) / (total ?? 1) }))).toBeNull();
            seen.share += 1;
          }
          const most = /the maximum of \d+ winners? there would be one; the smallest that helps is (\d+)\./.exec(words);
          if (most) {
            expect(bruteForce(changed(problem, { maxWinners: Number(most[1]) }))).not.toBeNull();
            expect(bruteForce(changed(problem, { maxWinners: Number(most[1]) - 1 }))).toBeNull();
            expect(Number(most[1])).toBeGreaterThan(maxWinners);
            seen.most += 1;
          }
          const fewest = /the minimum of \d+ winners? there would be one; the largest that helps is (\d+)\./.exec(
            words,
          );
          if (fewest) {
            expect(bruteForce(changed(problem, { minWinners: Number(fewest[1]) }))).not.toBeNull();
            expect(bruteForce(changed(problem, { minWinners: Number(fewest[1]) + 1 }))).toBeNull();
            expect(Number(fewest[1])).toBeLessThan(minWinners);
            seen.fewest += 1;
          }
          const part = /of the cost there would be one; the smallest that helps is ([\d.]+) KRW of ([\d.]+) KRW/.exec(
            words,
          );
          if (part) {
            const best = bruteForce(without(problem, 'maxCostShare'), undefined, undefined, smallerPart);
            expect(minorOf(part[1]) * (best?.whole ?? 0n)).toBe((best?.largest ?? -1n) * minorOf(part[2]));
            seen.part += 1;
          }
          for (const [, id = '', from, to] of words.matchAll(/bid (bid-\d)'s from (\d+) to (\d+)/g)) {
            expect(bruteForce(withBid(problem, id, Number(to)))).not.toBeNull();
            expect(bruteForce(withBid(problem, id, Number(to) + 1))).toBeNull();
            expect(Number(to)).toBeLessThan(Number(from));
            seen.minimum += 1;
          }
          if (words.includes("no single bid's would do")) {
            for (const { id } of problem.bids) expect(bruteForce(withBid(problem, id, 1))).toBeNull();
          }
          // Whatever would help is named, unless something is missing altogether.
          for (const [rule, sentence] of [
            ['maxShare', 'Without the maximum share'],
            ['maxWinners', 'Without the maximum of'],
            ['minWinners', 'Without the minimum of'],
            ['maxCostShare', 'Without the largest part'],
            ['include', 'Without the demand that'],
          ] as const) {
            if (problem.rules[rule] === undefined) continue;
            const helps = bruteForce(without(problem, rule)) !== null;
            expect([rule, words.includes(sentence)]).toEqual([rule, helps]);
          }
        }),
        { numRuns: cases(300), endOnFailure: true },
      ),
    );
    expect(rarest()).toBeGreaterThan(enough(0));
  });

  it.each(AWARDS)('lines that nobody can serve: award %s', (award) => {
    let seen = 0;
    fc.assert(
      fc.property(smallProblems(award), (problem) => {
        const { status, explanation } = solveHere(problem, highs);
        if (status !== 'infeasible' || /^(There is no bid|Every bid is)/.test(explanation[0] ?? '')) return;
        if (explanation[0]?.includes('than the budget') === true) return;
        const told = /(\d+) of \d+ lines cannot be served, whoever wins the others: for instance (.*)\./.exec(
          explanation.join('\n'),
        );
        expect(Number(told?.[1] ?? 0)).toBe(fewestUnserved(problem));
        const lots = [...(told?.[2] ?? '').matchAll(/(\d+) in lot/g)].map(([, lines]) => Number(lines));
        expect(lots.reduce((sum, lines) => sum + lines, 0)).toBe(Number(told?.[1] ?? 0));
        if (told) seen += 1;
      }),
      { numRuns: cases(150), endOnFailure: true },
    );
    expect(seen).toBeGreaterThan(enough(10));
  });

  it('says at most where the limit came first', () => {
    const trying = new Trying({ solver: highs, stop: () => false });
    trying.any = () => ({ awards: null, complete: false });
    const bids = ['a', 'b', 'c', 'd', 'e'].map((id) => bidAt(id, 500n, ['north', 'south'], { capacity: 9 }));
    const problem = problemOf(bids, { award: 'shared', maxWinners: 2 });
    const { words } = new Reliefs(problem, trying).sentences(false);
    expect(words[0]).toMatch(/^Without the maximum of 2 winners .*; the smallest that helps is at most [45]\.$/);
    expect(solveHere(problem, highs).explanation.join(' ')).toContain('the smallest that helps is 4.');
  });
});

describe('the least number of steps', () => {
  it('is found by halving, and by what allocations really need', () => {
    const asked: number[] = [];
    const at = (needed: number) => (steps: number) => {
      asked.push(steps);
      return { needs: steps >= needed ? needed : null, complete: true };
    };
    expect(leastSteps(1_000_000, at(777))).toEqual({ steps: 777, proved: true });
    expect(asked.length).toBeLessThan(21);
    expect(leastSteps(1, at(1))).toEqual({ steps: 1, proved: true });
  });

  it('is an upper limit when fewer were not ruled out', () => {
    const open = (steps: number) => ({ needs: steps >= 40 ? steps : null, complete: steps < 20 });
    expect(leastSteps(100, open)).toEqual({ steps: 40, proved: false });
    const ruledOutLater = (steps: number) => ({ needs: steps >= 40 ? steps : null, complete: steps > 30 });
    expect(leastSteps(100, ruledOutLater)).toEqual({ steps: 40, proved: true });
  });
});
