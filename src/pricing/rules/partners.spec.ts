import { tariffFaults, type TariffFrame } from './tariff-faults.js';
import { tariffOfJson } from './tariff-json.js';
import { linesWithin, partnersByLot } from './partners.js';

const frame: TariffFrame = { lots: ['N', 'S', 'W'], tiers: ['fast'], termMonths: 24, priceCaps: {} };
const body = { bands: [{ from: 1, monthly: { fast: 10 } }], lots: { N: {}, S: {} } };
const pathsOf = (changes: object, within = frame): string[] =>
  tariffFaults(tariffOfJson({ ...body, ...changes }), within).map(({ path }) => path);

describe('partners of a joint bid', () => {
  it('serve lots of the tariff, each one of them', () => {
    expect(pathsOf({ partners: {} })).toEqual([]);
    expect(pathsOf({ partners: { Hanmi: { lots: ['N'], capacity: 5 } } })).toEqual([]);
    expect(
      pathsOf({ partners: { Hanmi: { lots: ['N'], capacity: 5 }, 'Daedong Tel.': { lots: ['S'], capacity: 1 } } }),
    ).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['a list', [], 'partners'],
    ['null', null, 'partners'],
    ['a partner without lots', { A: { capacity: 5 } }, 'partners.A.lots'],
    ['a partner that serves none', { A: { lots: [], capacity: 5 } }, 'partners.A.lots'],
    ['a lot that the tender does not have', { A: { lots: ['X'], capacity: 5 } }, 'partners.A.lots.0'],
    ['a lot that the tariff does not cover', { A: { lots: ['N', 'W'], capacity: 5 } }, 'partners.A.lots.1'],
    ['a lot that is no code', { A: { lots: [7], capacity: 5 } }, 'partners.A.lots.0'],
    ['what every object has', { A: { lots: ['constructor'], capacity: 5 } }, 'partners.A.lots.0'],
    ['a lot twice', { A: { lots: ['N', 'N'], capacity: 5 } }, 'partners.A.lots.1'],
    ['more lots than there are', { A: { lots: ['N', 'S', 'W'], capacity: 5 } }, 'partners.A.lots'],
    ['a lot of another', { A: { lots: ['N'], capacity: 5 }, B: { lots: ['N'], capacity: 5 } }, 'partners.B.lots.0'],
    ['no capacity', { A: { lots: ['N'] } }, 'partners.A.capacity'],
    ['a capacity of none', { A: { lots: ['N'], capacity: 0 } }, 'partners.A.capacity'],
    ['half a line', { A: { lots: ['N'], capacity: 1.5 } }, 'partners.A.capacity'],
    ['a misspelt member', { A: { lots: ['N'], capacity: 5, capcity: 5 } }, 'partners.A.capcity'],
    ['a blank name', { ' ': { lots: ['N'], capacity: 5 } }, 'partners. '],
    ['a name with a line break', { 'A\nB': { lots: ['N'], capacity: 5 } }, 'partners.A\nB'],
    ['an endless name', { ['A'.repeat(201)]: { lots: ['N'], capacity: 5 } }, `partners.${'A'.repeat(201)}`],
  ])('are refused at the place: %s', (_what, partners, path) => {
    expect(pathsOf({ partners })).toEqual([path]);
  });

  it('must be able to serve what the tariff accepts at the least', () => {
    const partners = { A: { lots: ['N', 'S'], capacity: 5 } };
    expect(pathsOf({ partners, minimumLines: 5 })).toEqual([]);
    expect(pathsOf({ partners, minimumLines: 6 })).toEqual(['minimumLines']);
    expect(pathsOf({ partners: { A: { lots: ['N'], capacity: 5 } }, minimumLines: 6 })).toEqual([]);
    const demanding = { ...frame, demandByLot: { N: 9, S: 2 } };
    expect(pathsOf({ partners: { A: { lots: ['N'], capacity: 5 } }, minimumLines: 7 }, demanding)).toEqual([]);
    expect(pathsOf({ partners: { A: { lots: ['N'], capacity: 5 } }, minimumLines: 8 }, demanding)).toEqual([
      'minimumLines',
    ]);
  });

  it('limit the lines of their own lots, all together', () => {
    const partners = { A: { lots: ['N', 'S'], capacity: 7 }, B: { lots: ['W'], capacity: 3 } };
    expect(linesWithin(partners, [['N', 4]])).toBe(4);
    expect(
      linesWithin(partners, [
        ['N', 4],
        ['S', 4],
        ['W', Infinity],
        ['E', 20],
      ]),
    ).toBe(7 + 3 + 20);
    expect(linesWithin(undefined, [['N', 4]])).toBe(4);
    expect(linesWithin(partners, [])).toBe(0);
    expect([...partnersByLot({ partners })]).toEqual([
      ['N', 'A'],
      ['S', 'A'],
      ['W', 'B'],
    ]);
  });
});
