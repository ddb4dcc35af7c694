import fc from 'fast-check';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { type BidTerms, bidFaults } from './bid-faults.js';
import { bidLimits } from './bid-limits.js';
import { evaluatedCells, type Reference } from './evaluated-cost.js';
import { floorOf, whyNotInstruct } from './proxy-instruction.js';
import { instructionOf, type Move, nextMove, paceOf, simulatedTariff, type SimulationGround } from './simulated.js';

const reference: Reference = {
  termMonths: 24,
  lines: { north: { basic: 12, fast: 6 }, south: { basic: 10, fast: 8 }, empty: {} },
};
const frame: BidTerms = {
  lots: ['north', 'south', 'empty'],
  tiers: ['basic', 'fast', 'unwanted'],
  termMonths: 24,
  priceCaps: { basic: 30_000n, fast: 50_000n },
  demandByLot: { north: 18, south: 18, empty: 0 },
  totalLines: 36,
};
const tariff: Tariff = {
  bands: [{ from: 1, monthly: { basic: 20_000n, fast: 40_000n } }],
  lots: { north: {}, south: { surcharge: 500n } },
};
const ground: SimulationGround = { seed: 'a seed', tariff, reference, frame };

describe('A simulated bidder', () => {
  it('bids for all that is asked for, near to the own prices of whoever practises', () => {
    for (let index = 0; index < 10; index += 1) {
      const { bands, lots } = simulatedTariff(ground, index);
      expect(Object.keys(lots)).toEqual(['north', 'south']);
      const [first] = bands;
      expect(Object.keys(first?.monthly ?? {})).toEqual(['basic', 'fast']);
      expect(Number(first?.monthly['basic'])).toBeGreaterThan(18_500);
      expect(Number(first?.monthly['basic'])).toBeLessThan(23_000);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    expect(simulatedTariff(ground, 3)).toEqual(simulatedTariff(ground, 3));
    expect(simulatedTariff(ground, 3)).not.toEqual(simulatedTariff(ground, 4));
    expect(simulatedTariff(ground, 3)).not.toEqual(simulatedTariff({ ...ground, seed: 'another' }, 3));
  });

  it('goes by the cap where the own tariff says nothing, and by the own dearest price where there is no cap either', () => {
    const only: Tariff = { bands: [{ from: 1, monthly: { basic: 20_000n } }], lots: { north: {} } };
    const capped = simulatedTariff({ ...ground, tariff: only }, 0).bands[0]?.monthly['fast'];
    expect(Number(capped)).toBeGreaterThan(45_000);
    expect(Number(capped)).toBeLessThanOrEqual(50_000);
    const free = { ...ground, tariff: only, frame: { ...frame, priceCaps: {} } };
    expect(Number(simulatedTariff(free, 0).bands[0]?.monthly['fast'])).toBeLessThan(25_000);
  });

  it('sends no tariff with a fault, whatever the prices and the caps are', () => {
    const price = fc.bigInt({ min: 1n, max: bidLimits(frame).lineMonthly });
    const cap = fc.option(fc.bigInt({ min: 1n, max: 10n ** 9n }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(9),
        price,
        price,
        cap,
        cap,
        fc.nat(100),
        (seed, index, basic, fast, b, f, lines) => {
          const priceCaps = { ...(b === undefined ? {} : { basic: b }), ...(f === undefined ? {} : { fast: f }) };
          const terms = { ...frame, priceCaps, totalLines: 1 + (lines % 36) };
          const own = { bands: [{ from: 1, monthly: { basic, fast } }], lots: { south: {} } };
          const made = simulatedTariff({ seed, tariff: own, reference, frame: terms }, index);
          expect(bidFaults(made, terms)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('The floors of simulated bidders', () => {
  const all = (bidders: number, floors: number, minimumStepBp: number): Move[] => {
    const moves: Move[] = [];
    for (let move; (move = nextMove('a seed', { moves: moves.length, bidders, floors }, minimumStepBp));)
      moves.push(move);
    return moves;
  };

  it('sink with every move, one bidder after the other, until each had all', () => {
    const moves = all(3, 4, 100);
    expect(moves.map(({ index }) => index)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    for (const index of [0, 1, 2]) {
      const floors = moves.filter((move) => move.index === index).map(({ floorBp }) => floorBp);
      expect(floors).toEqual([...new Set(floors)].sort((a, b) => b - a));
      expect(floors.at(-1)).toBeGreaterThanOrEqual(7_700);
      expect(floors.at(-1)).toBeLessThanOrEqual(9_800);
    }
  });

  it('let the first bidder come from above the own prices to below them, everywhere', () => {
    const own = new Map(
      evaluatedCells(tariff, reference).map(({ lot, tier, lineMinor }) => [`${lot} ${tier}`, lineMinor]),
    );
    const level = (made: Tariff): number[] =>
      evaluatedCells(made, reference).map(
        ({ lot, tier, lineMinor }) => Number(lineMinor) / Number(own.get(`${lot} ${tier}`)),
      );
    for (let seed = 0; seed < 50; seed += 1) {
      const opening = simulatedTariff({ ...ground, seed: `seed ${seed}` }, 0);
      const last = nextMove(`seed ${seed}`, { moves: 0, bidders: 1, floors: 1 }, 100);
      if (!last) throw new Error('there is no move');
      expect(Math.min(...level(opening))).toBeGreaterThan(1);
      const lowest = level(floorOf(opening, instructionOf(last, opening)));
      expect(Math.max(...lowest)).toBeLessThan(0.95);
      expect(Math.min(...lowest)).toBeGreaterThan(0.8);
    }
  });

  it.each([1, 100, 1_000, 4_000])('end at one that a proxy can be told, for a minimum step of %d', (minimumStepBp) => {
    for (const move of all(10, 1, minimumStepBp)) {
      const opening = simulatedTariff(ground, move.index);
      expect(whyNotInstruct(opening, instructionOf(move, opening), reference, minimumStepBp)).toBeNull();
    }
  });

  it.each([
    [
      { durationSeconds: 300, bidders: 4 },
      { floors: 12, millis: 4_687 },
    ],
    [
      { durationSeconds: 60, bidders: 1 },
      { floors: 3, millis: 15_000 },
    ],
    [
      { durationSeconds: 60, bidders: 10 },
      { floors: 3, millis: 2_000 },
    ],
    [
      { durationSeconds: 1_800, bidders: 10 },
      { floors: 12, millis: 11_250 },
    ],
  ])('come at a pace that can be followed: %j', (practice, pace) => {
    expect(paceOf(practice)).toEqual(pace);
  });
});
