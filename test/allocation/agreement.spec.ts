import { disagreement } from '../../bench/agreement.js';

describe('a proof against the plain call', () => {
  const proved = { total: 1_000_000_000, gap: 0 };
  const plain = { total: 1_000_000_000, gap: 0, status: 'proved' };

  it.each([
    ['the same', proved, plain],
    ['within the gap of what it calls proved', proved, { ...plain, total: 1_000_000_900 }],
    ['within its own gap', proved, { ...plain, total: 1_010_000_000, gap: 0.01 }],
    ['not proved by us', { total: 1_200_000_000, gap: 0.1 }, plain],
    ['nothing found by the plain call', proved, { total: null, gap: 1, status: 'none' }],
    ['measured before costs were compared', { gap: 0 }, plain],
  ])('agrees: %s', (_what, ours, floats) => expect(disagreement(ours, floats)).toBeNull());

  it.each([
    ['a cheaper one', proved, { ...plain, total: 999_999_999 }, 'has one for 999999999'],
    [
      'a dearer one beyond its gap',
      proved,
      { ...plain, total: 1_010_000_000, gap: 0.001 },
      'nothing is more than 1010000',
    ],
    ['one where there is none', { total: null, gap: 0 }, plain, 'proved that there is none'],
  ])('contradicts: %s', (_what, ours, floats, words) => expect(disagreement(ours, floats)).toContain(words));
});
