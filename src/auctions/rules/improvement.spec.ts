import fc from 'fast-check';
import { bruteForce } from '../../../test/allocation/brute-force.js';
import {
  bidOf,
  changesOf,
  costAwarded,
  isFaultless,
  quantities,
  references,
  tariffs,
} from '../../../test/auctions/some-tariffs.js';
import type { AwardRule, Problem } from '../../allocation/rules/problem.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { evaluatedCost, type Reference } from './evaluated-cost.js';
import { leastStep, whyNotImprove } from './improvement.js';
import { cases, enough } from '../../../test/support/cases.js';

const reference: Reference = { termMonths: 10, lines: { north: { basic: 10 }, south: { basic: 20 } } };
const last: Tariff = {
  bands: [
    { from: 5, monthly: { basic: 40n } },
    { from: 20, monthly: { basic: 30n }, lotMonthly: { south: { basic: 29n } } },
  ],
  lots: { north: { setup: 10n }, south: { surcharge: 1n, capacity: 50, tiers: { basic: { capacity: 40 } } } },
  capacity: 60,
  activation: 100n,
};
// 10 x (300 + 10) + 20 x 300 + 100
const BEFORE = 9_200n;

const prices = (first: bigint, second: bigint, own: bigint, from = 20): Tariff['bands'] => [
  { from: 5, monthly: { basic: first } },
  { from, monthly: { basic: second }, lotMonthly: { south: { basic: own } } },
];
const refusalOf = (next: Tariff, bp = 100) => whyNotImprove(last, next, reference, bp);

describe('the minimum step', () => {
  it('is of the evaluated cost, rounded up, and never nothing', () => {
    expect(leastStep(10_000n, 100)).toBe(100n);
    expect(leastStep(10_001n, 100)).toBe(101n);
    expect(leastStep(99n, 1)).toBe(1n);
    expect(leastStep(0n, 100)).toBe(1n);
    expect(leastStep(5_000n, 0)).toBe(1n);
  });

  it('is enough, and one minor unit less is not', () => {
    expect(evaluatedCost(last, reference)).toBe(BEFORE);
    expect(refusalOf({ ...last, activation: 8n })).toBeNull();
    const refusal = refusalOf({ ...last, activation: 9n });
    expect(refusal?.code).toBe('bid.step-too-small');
    expect(refusal?.facts).toEqual({ before: BEFORE, after: 9_109n, atMost: 9_108n, minimumStepBp: 100 });
    expect(refusal?.message).toBe(
      'An improvement lowers your evaluated cost by 1 % at least: from 9200 to 9108 minor units or less, over the term. ' +
        'By this tariff it is 9109; lower its prices by another 1.',
    );
  });

  it('is none of a tariff that prices nothing of what is shown, whatever it is lowered to', () => {
    const unseen = { ...last, bands: [{ from: 1, monthly: { fast: 40n } }], lots: { north: {} } };
    const { activation: _none, ...free } = unseen;
    const refusal = whyNotImprove(free, { ...free, bands: [{ from: 1, monthly: { fast: 1n } }] }, reference, 100);
    expect([refusal?.code, refusal?.message]).toEqual([
      'bid.nothing-to-lower',
      expect.stringContaining('cannot be lowered'),
    ]);
    expect(whyNotImprove(unseen, { ...unseen, activation: 1n }, reference, 100)).toBeNull();
  });

  it('is told apart from a tariff that says the same in other words', () => {
    const same: Tariff = {
      ...last,
      bands: [...prices(40n, 30n, 29n), { from: 30, monthly: { basic: 30n }, lotMonthly: { south: { basic: 29n } } }],
    };
    for (const next of [last, same, { ...last, minimumLines: 0 }]) {
      expect(refusalOf(next)?.code).toBe('bid.unchanged');
    }
    expect(refusalOf({ ...last, bands: prices(39n, 30n, 29n) })?.code).toBe('bid.step-too-small');
    expect(refusalOf({ ...last, capacity: 61 })?.code).toBe('bid.step-too-small');
  });

  it('is of the cells covered before: covering more counts neither for nor against', () => {
    const covering: Reference = { termMonths: 10, lines: { ...reference.lines, west: { basic: 1_000 } } };
    const west = { ...last.lots, west: {} };
    expect(whyNotImprove(last, { ...last, lots: west, activation: 8n }, covering, 100)).toBeNull();
    expect(whyNotImprove(last, { ...last, lots: west, activation: 9n }, covering, 100)?.code).toBe(
      'bid.step-too-small',
    );
  });
});

describe('nowhere dearer', () => {
  it('names the place, the volume and both prices', () => {
    const refusal = refusalOf({ ...last, bands: prices(41n, 20n, 20n) });
    expect(refusal?.code).toBe('bid.dearer-somewhere');
    expect(refusal?.kind).toBe('invalid');
    expect(refusal?.facts).toMatchObject({ lot: 'north', tier: 'basic', volume: 5, present: 410n, next: 420n });
    expect(refusal?.faults.map(({ path }) => path)).toEqual(['bands.0.monthly.basic', 'bands.0.monthly.basic']);
    expect(refusal?.message).toBe(
      'An improved tariff is nowhere dearer than the present one. From 5 lines on, a line of basic in lot north costs ' +
        '420 over the term, set-up included, where the present tariff asks for 410; lower its price, its surcharge or ' +
        'its set-up. So it is for 1 other places.',
    );
  });

  it('is about volumes that the evaluated cost does not look at', () => {
    const later = refusalOf({ ...last, bands: prices(40n, 10n, 10n, 21) });
    expect(later?.facts).toMatchObject({ volume: 20, lot: 'north', present: 310n, next: 410n });
    const high = refusalOf({ ...last, bands: prices(40n, 10n, 31n) });
    expect(high?.facts).toMatchObject({ volume: 20, lot: 'south', path: 'bands.1.lotMonthly.south.basic' });
  });

  it('is not about volumes that nobody can be awarded', () => {
    const large = { from: 61, monthly: { basic: 1n }, lotMonthly: { south: { basic: 1n } } };
    const had = { ...last, bands: [...last.bands, large] };
    expect(whyNotImprove(had, { ...last, activation: 0n }, reference, 100)).toBeNull();
    expect(
      whyNotImprove({ ...had, capacity: 61 }, { ...last, capacity: 61, activation: 0n }, reference, 100)?.code,
    ).toBe('bid.dearer-somewhere');
  });

  it('counts the set-up over the term against the price', () => {
    const north = (setup: bigint) => ({ ...last.lots, north: { setup } });
    expect(refusalOf({ ...last, lots: north(20n), bands: prices(39n, 20n, 20n) })).toBeNull();
    expect(refusalOf({ ...last, lots: north(21n), bands: prices(39n, 20n, 20n) })?.facts).toMatchObject({ next: 411n });
  });
});

describe('offering as much', () => {
  const cheap = prices(4n, 3n, 2n);
  const { north = {}, south = {} } = last.lots;

  it.each<[string, Partial<Tariff>, string]>([
    ['lot', { lots: { north } }, 'lots.south'],
    ['tier', { bands: [{ from: 5, monthly: {}, lotMonthly: { south: { basic: 2n } } }] }, 'lots.north'],
    ['capacity', { capacity: 59 }, 'capacity'],
    ['capacity of a lot', { lots: { north, south: { ...south, capacity: 49 } } }, 'lots.south.capacity'],
    ['limit where there was none', { lots: { north: { ...north, capacity: 999 }, south } }, 'lots.north.capacity'],
    [
      'capacity of a tier',
      { lots: { north, south: { ...south, tiers: { basic: { capacity: 39 } } } } },
      'lots.south.tiers.basic.capacity',
    ],
    ['first band', { bands: cheap.map((band) => ({ ...band, from: band.from + 1 })) }, 'bands.0.from'],
    ['minimum', { minimumLines: 6 }, 'minimumLines'],
    ['activation', { activation: 101n }, 'activation'],
    ['reach of a partner', { partners: { A: { lots: ['north'], capacity: 9 } } }, 'partners.A.capacity'],
    ['choice of lots', { partners: { A: { lots: ['north', 'south'], capacity: 10 } } }, 'partners.A.lots'],
    ['hand, by another partner', { partners: { B: { lots: ['north'], capacity: 10 } } }, 'partners.B'],
  ])('is refused with a lesser %s', (_what, change, path) => {
    const joint = { ...last, partners: { A: { lots: ['north'], capacity: 10 } } };
    const refusal = whyNotImprove(joint, { ...joint, bands: cheap, ...change }, reference, 100);
    expect(refusal?.code).toBe('bid.offers-less');
    expect(refusal?.faults.map((fault) => fault.path)).toEqual([path]);
    expect(refusal?.message).toContain(refusal?.faults[0]?.reason);
  });

  it('is as much with partners who can do more, serve fewer of their lots, or are none any more', () => {
    const [joint, ...others] = [
      { A: { lots: ['north', 'south'], capacity: 40 } },
      { A: { lots: ['north', 'south'], capacity: 41 } },
      { A: { lots: ['south'], capacity: 40 } },
      {},
    ].map((partners): Tariff => ({ ...last, partners }));
    for (const next of others) {
      expect(whyNotImprove(joint ?? last, { ...next, bands: cheap }, reference, 100)).toBeNull();
      expect(whyNotImprove(next, { ...(joint ?? last), bands: cheap }, reference, 100)?.code).toBe('bid.offers-less');
    }
  });

  it('does not take what every object has for a lot', () => {
    const odd: Tariff = { bands: [{ from: 1, monthly: { basic: 9n } }], lots: { constructor: {}, north: {} } };
    const next: Tariff = { bands: [{ from: 1, monthly: { basic: 1n } }], lots: { north: {} } };
    expect(whyNotImprove(odd, next, reference, 100)?.faults[0]?.path).toBe('lots.constructor');
  });
});

const pairs = tariffs().chain((before) => fc.tuple(fc.constant(before), fc.oneof(changesOf(before), tariffs(26n))));

describe('whatever improves a tariff', () => {
  const improved = ([before, after]: [Tariff, Tariff], shown: Reference) => {
    fc.pre(isFaultless(after) && whyNotImprove(before, after, shown, 100) === null);
  };

  it('asks no more for any lines that could be awarded before, and lowers the evaluated cost by the step', () => {
    let compared = 0;
    fc.assert(
      fc.property(pairs, references, fc.array(quantities, { minLength: 20, maxLength: 20 }), (pair, shown, awards) => {
        improved(pair, shown);
        const [before, after] = pair;
        for (const lines of awards) {
          const cost = costAwarded(before, shown.termMonths, lines);
          if (cost === null || lines.every((some) => some === 0)) continue;
          compared += 1;
          expect(costAwarded(after, shown.termMonths, lines)).not.toBeNull();
          expect(costAwarded(after, shown.termMonths, lines)).toBeLessThanOrEqual(cost);
        }
        const evaluated = evaluatedCost(before, shown);
        expect(evaluatedCost(after, shown, before)).toBeLessThanOrEqual(evaluated - leastStep(evaluated, 100));
      }),
      { numRuns: cases(300) },
    );
    expect(compared).toBeGreaterThan(enough(150));
  });

  it('never makes the cheapest allocation of all tariffs dearer', () => {
    const awards = fc.constantFrom<AwardRule>('lot', 'tier');
    fc.assert(
      fc.property(
        pairs,
        fc.array(tariffs(), { minLength: 1, maxLength: 2 }),
        references,
        awards,
        (pair, others, shown, award) => {
          improved(pair, shown);
          const [before, after] = pair;
          const total = (tariff: Tariff) =>
            bruteForce({
              currency: 'KRW',
              termMonths: shown.termMonths,
              lots: Object.entries(shown.lines).map(([id, demand]) => ({ id, demand })),
              bids: [tariff, ...others].map((one, at) => bidOf(`bid-${at}`, one)),
              rules: { award },
            } satisfies Problem)?.totalMinor;
          const best = total(before);
          if (best !== undefined) expect(total(after)).toBeLessThanOrEqual(best);
        },
      ),
      { numRuns: cases(300) },
    );
  });
});
