import fc from 'fast-check';
import { references, TIERS, tariffs } from '../../../test/auctions/some-tariffs.js';
import { lineMonthly } from '../../pricing/rules/band.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { evaluatedCost, type Reference } from './evaluated-cost.js';
import { whyNotImprove } from './improvement.js';
import { dearerPlaces, lessOffered } from './not-worse.js';
import { between, PARTS } from './price-path.js';
import { floorOf, orderOf, type ProxyInstruction, whyNotInstruct } from './proxy-instruction.js';

const reference: Reference = { termMonths: 10, lines: { north: { basic: 10 }, south: { basic: 20, fast: 5 } } };
const present: Tariff = {
  bands: [
    { from: 1, monthly: { basic: 41n, fast: 80n } },
    { from: 10, monthly: { basic: 30n, fast: 70n }, lotMonthly: { south: { basic: 25n } } },
  ],
  lots: { north: { surcharge: 4n, setup: 201n }, south: { capacity: 40 } },
  capacity: 50,
  activation: 90n,
};
const byFactor = (bp: Readonly<Record<string, number>>, lots: ProxyInstruction['lots'] = null): ProxyInstruction => {
  return { floor: { kind: 'factor', bp }, lots };
};
const byTariff = (tariff: Tariff): ProxyInstruction => ({ floor: { kind: 'tariff', tariff }, lots: null });
const refusalOf = (instruction: ProxyInstruction, bp = 100) => whyNotInstruct(present, instruction, reference, bp);

describe('a floor by a factor', () => {
  it('is of every price, rounded up; what tiers have in common sinks with the one that sinks least', () => {
    expect(floorOf(present, byFactor({ basic: 5_000, fast: 9_000 }))).toEqual({
      bands: [
        { from: 1, monthly: { basic: 21n, fast: 72n } },
        { from: 10, monthly: { basic: 15n, fast: 63n }, lotMonthly: { south: { basic: 13n } } },
      ],
      lots: { north: { surcharge: 4n, setup: 181n }, south: { capacity: 40 } },
      capacity: 50,
      activation: 90n,
    });
    expect(floorOf(present, byFactor({ basic: 1 })).lots).toEqual(present.lots);
    expect(floorOf(present, byFactor({})).bands).toEqual(present.bands);
  });

  it('is fixed when it is given', () => {
    const order = orderOf(present, byFactor({ basic: 5_000 }, ['south']));
    expect(order).toEqual({ floor: floorOf(present, byFactor({ basic: 5_000 })), lots: ['south'] });
  });

  it('is never dearer, offers as much, and lets no tier sink lower than was said', () => {
    const factors = fc.record({
      basic: fc.integer({ min: 1, max: 10_000 }),
      fast: fc.integer({ min: 1, max: 10_000 }),
    });
    fc.assert(
      fc.property(tariffs(), factors, references, (any, bp, { termMonths }) => {
        const floor = floorOf(any, byFactor(bp));
        expect([...lessOffered(any, floor), ...dearerPlaces(any, floor, termMonths)]).toEqual([]);
        for (const lot of Object.keys(any.lots)) {
          for (const tier of TIERS) {
            const [now, low] = [any, floor].map((tariff) => lineMonthly(tariff, 0, lot, tier));
            const part = BigInt(tier === 'basic' ? bp.basic : bp.fast);
            if (typeof now === 'bigint') expect((low ?? 0n) * 10_000n).toBeGreaterThanOrEqual(now * part);
          }
        }
      }),
    );
  });
});

describe('an instruction', () => {
  it('may ask for lots or for anything, down to a factor or a tariff', () => {
    expect(refusalOf(byFactor({ basic: 9_000 }))).toBeNull();
    expect(refusalOf(byFactor({ basic: 9_000 }, ['south']))).toBeNull();
    expect(refusalOf(byTariff(floorOf(present, byFactor({ fast: 5_000 }))))).toBeNull();
  });

  it.each<[string, ProxyInstruction, string]>([
    ['a lot that is not covered', byFactor({ basic: 9_000 }, ['south', 'west']), 'lots.1'],
    ['what every object has for a lot', byFactor({ basic: 9_000 }, ['constructor']), 'lots.0'],
    ['a lot twice', byFactor({ basic: 9_000 }, ['south', 'south']), 'lots.1'],
    ['no lot', byFactor({ basic: 9_000 }, []), 'lots'],
    ['a tier that is not offered', byFactor({ basic: 9_000, radio: 9_000 }), 'floor.bp.radio'],
    ['a factor above the whole', byFactor({ basic: 10_001 }), 'floor.bp.basic'],
    ['a factor of nothing', byFactor({ basic: 0 }), 'floor.bp.basic'],
    ['a broken factor', byFactor({ basic: 99.5 }), 'floor.bp.basic'],
  ])('may not name %s', (_what, instruction, path) => {
    const refusal = refusalOf(instruction);
    expect(refusal?.code).toBe('proxy.faulty');
    expect(refusal?.kind).toBe('invalid');
    expect(refusal?.faults.map((fault) => fault.path)).toEqual([path]);
  });

  it('may not have a floor that offers less', () => {
    const floor = floorOf(present, byFactor({ basic: 5_000 }));
    const less = refusalOf(byTariff({ ...floor, capacity: 49 }));
    expect(less?.code).toBe('proxy.floor-offers-less');
    expect(less?.faults.map(({ path }) => path)).toEqual(['floor.tariff.capacity']);
    expect(refusalOf(byTariff({ ...floor, capacity: 51, lots: { ...floor.lots, west: {} } }))).toBeNull();
  });

  it('may not have a floor that is dearer somewhere', () => {
    const floor: Tariff = { ...present, bands: [{ from: 1, monthly: { basic: 20n, fast: 71n } }] };
    const refusal = refusalOf(byTariff(floor));
    expect(refusal?.code).toBe('proxy.floor-dearer');
    expect(refusal?.facts).toMatchObject({ lot: 'north', tier: 'fast', volume: 10, present: 941n, next: 951n });
    expect(refusal?.faults.map(({ path }) => path)).toEqual([
      'floor.tariff.bands.0.monthly.fast',
      'floor.tariff.bands.0.monthly.fast',
    ]);
  });

  it('may not have a floor whose bands would be too many beside the present ones', () => {
    const bands = Array.from({ length: 19 }, (_, at) => ({ from: 2 * at + 1, monthly: { basic: 9n, fast: 9n } }));
    expect(refusalOf(byTariff({ ...present, bands: bands.slice(0, 18) }))).toBeNull();
    expect(
      refusalOf(byTariff({ ...present, bands: [...bands, { from: 38, monthly: { basic: 9n, fast: 9n } }] }))?.code,
    ).toBe('proxy.too-many-bands');
  });

  it('may not have a floor down to which not one step is possible', () => {
    const before = evaluatedCost(present, reference);
    const floor = { ...present, activation: 0n };
    const refusal = refusalOf(byTariff(floor));
    expect(refusal?.code).toBe('proxy.floor-too-near');
    expect(refusal?.facts).toMatchObject({ before, atFloor: before - 90n });
    expect(refusalOf(byTariff(floor), 10)).toBeNull();
    expect(refusalOf(byFactor({}))?.code).toBe('proxy.floor-too-near');
    const unseen: Tariff = { bands: [{ from: 1, monthly: { fast: 80n } }], lots: { north: {} } };
    expect(whyNotInstruct(unseen, byFactor({ fast: 5_000 }), reference, 100)?.code).toBe('bid.nothing-to-lower');
  });

  it('that is taken has a floor whose end is an improvement', () => {
    fc.assert(
      fc.property(tariffs(), tariffs(15n), references, (now, tariff, shown) => {
        fc.pre(whyNotInstruct(now, byTariff(tariff), shown, 100) === null);
        const end = between(now, tariff, PARTS, shown.termMonths);
        expect(whyNotImprove(now, end, shown, 100)).toBeNull();
      }),
      { numRuns: 60, maxSkipsPerRun: 1_000 },
    );
  });
});
