import { lotFaults } from './lot-faults.js';
import type { TenderFrame } from './terms.js';

it('lots are no more, with their tiers, than an award can be worked out for', () => {
  const lotsOf = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ code: `L${n}`, title: `Lot ${n}`, regions: [`R${n}`] }));
  const wide = (count: number): TenderFrame => {
    const lots = lotsOf(count);
    const tiers = Array.from({ length: 5 }, (_, n) => `tier ${n}`);
    const cells = lots.flatMap(({ regions: [region = ''] }) => tiers.map((tier) => [region, tier] as const));
    return {
      regions: lots.flatMap(({ regions }) => regions),
      tiers,
      demand: cells.map(([regionCode, tierCode]) => ({ regionCode, tierCode, firmLines: 5, interestLines: 0 })),
    };
  };
  expect(lotFaults(lotsOf(4_000), wide(4_000))).toEqual([]);
  expect(lotFaults(lotsOf(4_001), wide(4_001))).toMatchObject([
    { path: 'lots', reason: expect.stringMatching(/^Lines are wanted in 20005 tiers of lots/) },
  ]);
  const [first, second, ...others] = lotsOf(4_001);
  if (!first || !second) throw new Error('there are lots');
  const fewer = [{ ...first, regions: ['R0', 'R1'] }, ...others];
  expect(lotFaults(fewer, wide(4_001))).toEqual([]);
});
