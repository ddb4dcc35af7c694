import type { JoinableTerms } from './late-joining.js';
import { judgeLateRows, type KnownLateRow, type LinesBefore, placeFaults } from './late-judging.js';

const agreement: JoinableTerms = {
  tariff: {
    bands: [
      { from: 1, monthly: { basic: 4_000n, fibre: 5_000n } },
      { from: 10, monthly: { basic: 3_000n, fibre: 4_500n } },
    ],
    lots: { north: { capacity: 14 } },
  },
  cells: ['basic', 'fibre'].map((tier) => ({ lot: 'north', tier, lotTitle: 'North', regions: ['R1'] })),
  settledBand: 0,
  heldLines: 0,
  elsewhere: [],
};
const present = [{ lot: 'north', tier: 'basic', lines: 6 }];
const row = (line: number, given: Partial<KnownLateRow> = {}): KnownLateRow => ({
  line,
  reference: `shop-${line}`,
  name: 'Shop',
  region: 'R1',
  tier: 'basic',
  quantity: 2,
  upTo: 4_000n,
  address: null,
  before: null,
  ...given,
});
const had = (given: Partial<LinesBefore> = {}): LinesBefore => ({
  quantity: 2,
  address: null,
  addressOfMember: false,
  joinedByUs: true,
  ...given,
});
const judge = (...rows: KnownLateRow[]) => judgeLateRows(agreement, present, rows, 'USD');

describe('a spreadsheet of lines that join', () => {
  it('has all of them at the price of the volume that they reach together', () => {
    const judged = judge(row(2, { upTo: 3_000n }), row(3, { upTo: 3_000n }));
    expect(judged).toMatchObject({ faults: [], lines: 4, linesThen: 10 });
    expect(judged.joining).toHaveLength(2);
    expect(judge(row(2, { upTo: 3_000n })).faults).toEqual([
      { line: 2, column: 'up_to', reason: 'must be at least 40.00, the price of 8 lines' },
    ]);
  });

  it('passes over what joined before, unless it was something else', () => {
    const judged = judge(row(2, { before: had() }), row(3));
    expect(judged).toMatchObject({ faults: [], lines: 2, linesThen: 8, joining: [{ row: { line: 3 } }] });
    expect(judge(row(2, { before: had({ quantity: 5 }) })).faults).toMatchObject([{ line: 2, column: 'quantity' }]);
  });

  it('tells an address late, but changes none, and none that others told', () => {
    const again = (address: string | null, before: LinesBefore) => judge(row(2, { address, before }), row(3));
    const added = again('1 Main St', had());
    expect(added).toMatchObject({ faults: [], lines: 2, addressed: [{ line: 2 }] });
    const known = had({ address: '1 Main St' });
    for (const address of [null, '1 Main St'])
      expect(again(address, known)).toMatchObject({ faults: [], addressed: [], kept: [] });
    for (const addressOfMember of [true, false]) {
      const { faults, addressed, kept, joining } = again('2 Main St', { ...known, addressOfMember });
      expect([faults, addressed, joining.map(({ row: { line } }) => line)]).toEqual([[], [], [3]]);
      expect(kept).toMatchObject([{ line: 2, reference: 'shop-2' }]);
      expect(kept[0]?.reason.includes('the member has told another one itself')).toBe(addressOfMember);
      expect(JSON.stringify(kept)).not.toContain('1 Main St');
    }
    for (const before of [had({ joinedByUs: false }), had({ joinedByUs: false, address: '1 Main St' })]) {
      expect(again('2 Main St', before)).toMatchObject({ faults: [], addressed: [], kept: [] });
    }
  });

  it('goes no further than the provider’s capacity', () => {
    const { faults } = judge(row(2, { quantity: 7 }), row(3), row(4, { quantity: 1, tier: 'fibre', upTo: 9_000n }));
    expect(faults).toEqual([
      {
        line: 3,
        column: 'quantity',
        reason: 'is more than the 1 lines that the provider can serve beside those above',
      },
    ]);
  });

  it('is judged without going through all classes of the agreement for each row', () => {
    let reads = 0;
    const cells = Array.from({ length: 300 }, (_, at) => ({
      lot: 'north',
      tier: 'basic',
      lotTitle: 'North',
      get regions() {
        reads += 1;
        return [`R${at}`];
      },
    }));
    const rows = Array.from({ length: 300 }, (_, at) => row(at + 2, { quantity: 1, region: `R${299 - at}` }));
    const wide = { ...agreement, tariff: { ...agreement.tariff, lots: { north: {} } }, cells };
    expect(placeFaults(wide, rows)).toEqual([]);
    expect(judgeLateRows(wide, present, rows, 'USD')).toMatchObject({ faults: [], lines: 300 });
    expect(reads).toBeLessThanOrEqual(2 * cells.length);
  });

  it('is of regions and service tiers of the agreement', () => {
    expect(placeFaults(agreement, [row(2), row(3, { region: 'R9' }), row(4, { tier: 'gold' })])).toMatchObject([
      { line: 3, column: 'region' },
      { line: 4, column: 'service_tier' },
    ]);
  });
});
