import { groupsWords, groupWords, ruleSentences } from './rule-words.js';

const free = {
  currency: 'KRW',
  termMonths: 36,
  awardRule: 'lot' as const,
  minWinners: 1,
  maxWinners: null,
  maxShareBp: null,
  winnerGroups: [],
  budgetMinor: null,
  maxCostShareBp: null,
};

test('a tender that asks for nothing but the lowest cost has no rule to tell', () => {
  expect(ruleSentences(free)).toEqual([]);
});

test('every rule has a sentence', () => {
  const ruled = {
    ...free,
    minWinners: 2,
    maxWinners: 3,
    maxShareBp: 6_000,
    winnerGroups: [{ lots: ['N', 'S'], minWinners: 2, maxWinners: null }],
    budgetMinor: 1_500_000n,
    maxCostShareBp: 6_250,
  };
  expect(ruleSentences(ruled)).toEqual([
    'At least 2 winners in the tender.',
    'At most 3 winners in the tender.',
    'At least 2 winners in lots N, S.',
    'No provider above 60 % of the lines.',
    'No provider above 62.5 % of the cost.',
    'All lines together for at most 1500000 KRW over the term.',
  ]);
});

test('long lists are cut short', () => {
  const lots = ['1', '2', '3', '4', '5', '6', '7'];
  expect(groupWords({ lots, maxWinners: 1 })).toBe('at most 1 winner in lots 1, 2, 3, 4, 5 and 2 more');
  const groups = lots.map((lot) => ({ lots: [lot], minWinners: 1, maxWinners: 1 }));
  expect(groupsWords(groups)).toMatch(/^1 winner in lot 1; .* and 2 more$/);
});
