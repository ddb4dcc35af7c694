import fc from 'fast-check';
import { snapshotText } from './snapshot.js';

const terms = {
  poolId: 'p',
  salt: 's',
  currency: 'KRW',
  termMonths: 36,
  regions: ['B', 'A'],
  tiers: [
    { tierCode: 't2', openMarketMonthly: 200n },
    { tierCode: 't1', openMarketMonthly: 100n },
  ],
};
const cells = ['A', 'B'].flatMap((regionCode) =>
  ['t1', 't2'].map((tierCode) => ({ regionCode, tierCode, firmLines: 3, interestLines: 4 })),
);

describe('the demand snapshot', () => {
  it('is one text whatever the order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(cells, { minLength: cells.length }), (shuffled) => {
        const mirrored = { ...terms, regions: terms.regions.toReversed(), tiers: terms.tiers.toReversed() };
        expect(snapshotText(mirrored, shuffled)).toBe(snapshotText(terms, cells));
      }),
    );
  });

  it('is another text when any count or term differs', () => {
    const texts = [
      snapshotText(terms, cells),
      snapshotText({ ...terms, poolId: 'q' }, cells),
      snapshotText({ ...terms, salt: 'r' }, cells),
      snapshotText({ ...terms, termMonths: 24 }, cells),
      snapshotText({ ...terms, currency: 'USD' }, cells),
      snapshotText({ ...terms, tiers: terms.tiers.slice(1) }, cells),
      snapshotText(terms, cells.slice(1)),
      ...cells.flatMap((_, at) => [
        snapshotText(
          terms,
          cells.map((cell, i) => (i === at ? { ...cell, firmLines: 4 } : cell)),
        ),
        snapshotText(
          terms,
          cells.map((cell, i) => (i === at ? { ...cell, interestLines: 5 } : cell)),
        ),
      ]),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });
});
