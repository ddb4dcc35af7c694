import { PRICED } from '../../allocation/rules/scenarios.js';
import type { ProblemRules } from '../../allocation/rules/problem.js';
import { wordsOf } from './board-words.js';

const rules: ProblemRules = {
  award: 'lot',
  minWinners: 1,
  maxWinners: 3,
  maxShare: 0.6,
  maxCostShare: 0.625,
  include: ['p1', 'p2'],
  exclude: ['p3'],
  groups: [
    { lots: ['N'], minWinners: 2 },
    { lots: ['N', 'S'], minWinners: 1, maxWinners: 2 },
  ],
};
const names = new Map([
  ['p1', 'KT'],
  ['p2', 'Dreamline'],
  ['p3', 'LG U+'],
]);

test.each([
  ['winners', '1', 'At most 1 winner'],
  ['winners', '2', 'At most 2 winners'],
  ['cap', '0.4', 'No provider above 40 % of the lines'],
  ['without', 'p1', 'Without KT'],
  ['with', 'p3', 'With LG U+ among the winners'],
  ['rule', 'minWinners', 'What the rule "at least 1 winner" costs'],
  ['rule', 'maxWinners', 'What the rule "at most 3 winners" costs'],
  ['rule', 'maxShare', 'What the rule "no provider above 60 % of the lines" costs'],
  ['rule', 'maxCostShare', 'What the rule "no provider above 62.5 % of the cost" costs'],
  ['rule', 'groups', 'What the rule "at least 2 winners in lot N; 1 to 2 winners in lots N, S" costs'],
  ['rule', 'include', 'What the rule "KT, Dreamline must win" costs'],
  ['rule', 'exclude', 'What the rule "LG U+ must not win" costs'],
  ['rule', 'award', 'What the rule "each lot to one provider" costs'],
] as const)('%s of %s is "%s"', (kind, about, words) => {
  expect(wordsOf({ kind, about }, rules, (provider) => names.get(provider) ?? provider)).toBe(words);
});

test('every rule that is priced has words of its own', () => {
  for (const rule of PRICED) {
    const words = wordsOf({ kind: 'rule', about: rule }, rules, String);
    expect(words).not.toBe(`What the rule "${rule}" costs`);
  }
});

test('winners beside those that hold lines already are told as such', () => {
  const words = (about: string, winners: string[]) =>
    wordsOf({ kind: 'winners', about }, { award: 'lot', winners }, String);
  expect(words('1', ['p1'])).toBe('No winner beside the one that holds lines already');
  expect(words('2', ['p1'])).toBe('At most 2 winners, with the one that holds lines already');
  expect(words('2', ['p1', 'p2'])).toBe('No winner beside the 2 that hold lines already');
  expect(words('4', ['p1', 'p2'])).toBe('At most 4 winners, with the 2 that hold lines already');
});

test('tiers that are awarded by themselves are said so', () => {
  const tiers: ProblemRules = { award: 'tier' };
  expect(wordsOf({ kind: 'rule', about: 'award' }, tiers, String)).toBe(
    'What the rule "each tier of a lot to one provider" costs',
  );
});
