import type { Problem } from '../../allocation/rules/problem.js';
import { statesOf } from '../../kernel/lifecycle.js';
import {
  BOARD_LIMITS,
  boardOf,
  gapPerLineMonthly,
  percentOff,
  problemOf,
  questionsIn,
  secondsOf,
  whyNotCompare,
  whyQuestionChanged,
} from './board.js';
import { awardLifecycle } from './lifecycle.js';

const bid = (id: string, provider: string): Problem['bids'][number] => ({
  id,
  provider,
  receivedAt: '2030-01-01T00:00:00Z',
  bands: [{ from: 1, monthly: { basic: 500n } }],
  lots: { north: {}, south: {} },
});
const problem: Problem = {
  currency: 'KRW',
  termMonths: 24,
  lots: [
    { id: 'north', demand: { basic: 10 } },
    { id: 'south', demand: { basic: 30 } },
  ],
  bids: [bid('late', 'zeta'), bid('b', 'beta'), bid('a', 'alpha'), bid('out', 'gone')],
  rules: { award: 'lot', maxWinners: 2, exclude: ['gone'] },
};

describe('a board', () => {
  const { entries, leftOut } = boardOf(problem, [{ bid: 'b' }]);
  const keys = entries.map(({ kind, about }) => `${kind}:${about}`);

  test('is the scenarios, the price curve and the gaps of every bid that takes part', () => {
    expect(keys.filter((key) => !key.startsWith('curve'))).toEqual([
      'winners:1',
      'winners:2',
      'winners:3',
      'cap:0.4',
      'cap:0.5',
      'cap:0.6',
      'without:beta',
      'with:alpha',
      'with:zeta',
      'rule:maxWinners',
      'rule:exclude',
      'rule:award',
      'gaps:late',
      'gaps:b',
      'gaps:a',
    ]);
    expect(keys.filter((key) => key.startsWith('curve'))).toHaveLength(20);
    expect(leftOut).toEqual({ providers: [], bids: [] });
  });

  test('says of each entry how many lines it is about, and in what it differs', () => {
    const at = (key: string) => entries[keys.indexOf(key)];
    expect(at('winners:1')).toMatchObject({ lines: 40, change: { rules: { maxWinners: 1 } } });
    expect(at('curve:50')).toMatchObject({ lines: 20, change: { percent: 50 } });
    expect(at('gaps:a')).toMatchObject({ lines: 40, change: { gapsOf: 'a' } });
    expect(problemOf(problem, { percent: 50 }).lots[1]).toEqual({ id: 'south', demand: { basic: 15 } });
    expect(problemOf(problem, { rules: { award: 'shared' } })).toEqual({ ...problem, rules: { award: 'shared' } });
    expect(problemOf(problem, { gapsOf: 'a' })).toBe(problem);
    expect(secondsOf({ gapsOf: 'a' })).toBe(BOARD_LIMITS.gapSeconds);
    expect(secondsOf({ percent: 10 })).toBe(BOARD_LIMITS.seconds);
  });

  test('beyond its limits keeps those whose bids came first, and names the others', () => {
    const small = boardOf(problem, [{ bid: 'b' }], { providers: 1, bids: 2 });
    expect(small.leftOut).toEqual({ providers: ['alpha'], bids: ['a'] });
    const kept = small.entries.map(({ kind, about }) => `${kind}:${about}`);
    expect(kept).toEqual(keys.filter((key) => key !== 'with:alpha' && key !== 'gaps:a'));
  });
});

describe('what entries ask', () => {
  const questionOf = questionsIn(problem, 'the hash');

  test('is the same text for the same question, and another one for every other', () => {
    const own = questionOf({ percent: 100 });
    expect(questionOf({ rules: { exclude: ['gone'], maxWinners: 2, award: 'lot' } })).toBe(own);
    const all = [own, ...[{ percent: 50 }, { rules: { award: 'lot' as const } }, { gapsOf: 'a' }].map(questionOf)];
    expect(new Set([...all, questionOf({ gapsOf: 'b' })]).size).toBe(5);
    expect(questionsIn(problem, 'another hash')({ percent: 100 })).not.toBe(own);
    const single = questionsIn({ ...problem, lots: [{ id: 'north', demand: { basic: 1 } }] }, 'the hash');
    expect(single({ percent: 10 })).toBe(single({ percent: 100 }));
  });

  test('is written without walking through the bids once more for each entry', () => {
    let walks = 0;
    const watched = problem.bids.map((each) =>
      Object.defineProperty({ ...each }, 'bands', { enumerable: true, get: () => ((walks += 1), each.bands) }),
    );
    const { entries } = boardOf(problem, [{ bid: 'b' }]);
    const watching = questionsIn({ ...problem, bids: watched }, 'the hash');
    for (const { change } of entries) watching(change);
    expect(walks).toBe(0);
  });
});

test('alternatives are worked out while an award can still be changed', () => {
  const allowed = statesOf(awardLifecycle).filter((state) => whyNotCompare(state) === null);
  expect(allowed).toEqual(['drafted', 'recommended', 'rejected']);
  expect(whyNotCompare('final')).toMatchObject({ code: 'award.wrong-state' });
});

test('alternatives are those to the problem that was evaluated', () => {
  expect(whyQuestionChanged('a', 'a')).toBeNull();
  expect(whyQuestionChanged('a', 'b')).toMatchObject({ code: 'award.held-changed' });
  expect(whyQuestionChanged(null, 'b')).toMatchObject({ code: 'award.held-changed' });
});

test('a difference is told in percent with two digits, a gap per line and month rounded up', () => {
  expect(percentOff(1n, 3n)).toBe(33.33);
  expect(percentOff(-2n, 3n)).toBe(-66.67);
  expect(percentOff(0n, 5n)).toBe(0);
  expect(percentOff(1n, 0n)).toBeNull();
  expect(gapPerLineMonthly(0n, 3, 24)).toBe(0n);
  expect(gapPerLineMonthly(1n, 3, 24)).toBe(1n);
  expect(gapPerLineMonthly(144n, 3, 24)).toBe(2n);
  expect(gapPerLineMonthly(145n, 3, 24)).toBe(3n);
});
