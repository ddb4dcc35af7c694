import fc from 'fast-check';
import { formatMoney } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { type ImportRow, type ImportScope, LINES_COLUMNS, type LinesColumn, readImportRow } from './import-row.js';

const scope: ImportScope = {
  regions: new Set(['A', 'B']),
  tiers: new Set(['t1', 't2']),
  currency: 'USD',
  termMonths: 24,
  consentStated: true,
};
const values: Record<LinesColumn, string> = {
  business_ref: 'X-1',
  business_name: 'Bakery, "Central"',
  employees: '8',
  sector: 'H',
  region: 'A',
  latitude: '34.765',
  longitude: '-86.58',
  service_tier: 't1',
  quantity: '2',
  current_provider: 'AT&T',
  current_down_mbps: '0.768',
  current_monthly: '55.00',
  max_monthly: '59.95',
};

function read(
  changes: Partial<Record<LinesColumn, string>>,
  within = scope,
): { row: ImportRow | null; faults: Fault[] } {
  const faults: Fault[] = [];
  return { row: readImportRow({ ...values, ...changes }, within, (fault) => faults.push(fault)), faults };
}

describe('a row of lines.csv', () => {
  it('is read as it is meant', () => {
    expect(read({})).toEqual({
      faults: [],
      row: {
        reference: 'X-1',
        name: 'Bakery, "Central"',
        employees: 8,
        sector: 'H',
        regionCode: 'A',
        latitude: 34.765,
        longitude: -86.58,
        tierCode: 't1',
        quantity: 2,
        presentProvider: 'AT&T',
        presentDownMbps: 0.768,
        presentMonthly: 5_500n,
        ceilingMonthly: 5_995n,
        commitment: 'firm',
      },
    });
  });

  it('may leave out what a business need not tell', () => {
    const { row, faults } = read({
      employees: '',
      sector: '',
      latitude: '',
      longitude: '',
      current_provider: '',
      current_down_mbps: '',
      current_monthly: '',
      max_monthly: '',
    });
    expect(faults).toEqual([]);
    expect(row).toMatchObject({ employees: null, latitude: null, ceilingMonthly: null, commitment: 'interest' });
  });

  it('is firm only with a ceiling and the stated consent', () => {
    expect(read({}, { ...scope, consentStated: false }).row?.commitment).toBe('interest');
    expect(read({}, { ...scope, consentStated: false }).row?.ceilingMonthly).toBe(5_995n);
    expect(read({ max_monthly: '' }).row?.commitment).toBe('interest');
  });

  it('reads money in the pool’s currency only', () => {
    expect(read({ max_monthly: '59.95', current_monthly: '' }, { ...scope, currency: 'KRW' }).faults).toMatchObject([
      { path: 'max_monthly' },
    ]);
    fc.assert(
      fc.property(fc.bigInt(1n, 10_000_000n), fc.constantFrom('USD', 'KRW', 'KWD'), (minor, currency) => {
        const { row } = read(
          { max_monthly: formatMoney(minor, currency), current_monthly: '' },
          { ...scope, currency },
        );
        expect(row?.ceilingMonthly).toBe(minor);
      }),
    );
  });

  it('takes no present bill that is no amount any more over the term', () => {
    // USD 90,000,000,000,000.00 in 24 months of two lines
    expect(read({ current_monthly: '1875000000000.00' }).faults).toEqual([]);
    expect(read({ current_monthly: '1875000000000.01' }).faults).toMatchObject([{ path: 'current_monthly' }]);
    expect(read({ current_monthly: '1875000000000.00', quantity: '3' }).row).toBeNull();
  });

  it('never answers a row with a fault, nor a fault without its column', () => {
    const strange = fc.oneof(
      fc.constantFrom(
        '',
        '-1',
        '0',
        '1',
        '1001',
        '1e3',
        'NaN',
        '0x10',
        '1,5',
        '٣',
        'A',
        't1',
        '99.999',
        '1'.repeat(400),
      ),
      fc.string({ unit: 'binary' }),
    );
    const rows = fc.record(Object.fromEntries(LINES_COLUMNS.map((column) => [column, strange])));
    fc.assert(
      fc.property(rows, fc.subarray([...LINES_COLUMNS]), (odd, columns) => {
        const { row, faults } = read(Object.fromEntries(columns.map((column) => [column, odd[column] ?? ''])));
        expect(row === null).toBe(faults.length > 0);
        for (const { path, reason } of faults) {
          expect(columns.some((c) => c === path) || path === 'latitude' || path === 'longitude').toBe(true);
          expect(reason.length).toBeGreaterThan(5);
          expect(reason.length).toBeLessThan(400);
        }
        if (!row) return;
        expect(row.quantity).toBeGreaterThanOrEqual(1);
        expect(row.quantity).toBeLessThanOrEqual(1_000);
        expect(scope.regions.has(row.regionCode)).toBe(true);
        expect(scope.tiers.has(row.tierCode)).toBe(true);
        expect(row.ceilingMonthly === null || row.ceilingMonthly > 0n).toBe(true);
        expect((row.latitude === null) === (row.longitude === null)).toBe(true);
      }),
    );
  });
});
