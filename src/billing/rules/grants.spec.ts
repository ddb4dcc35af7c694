import fc from 'fast-check';
import { type GrantableLine, type GrantScheme, grantsOf, type GrantState } from './grants.js';

const scheme = (some: Partial<GrantScheme> = {}): GrantScheme => ({
  id: 'rural',
  regions: null,
  tiers: null,
  pools: null,
  byVoucher: false,
  perLine: 300n,
  months: 12,
  fromMonth: '2026-01',
  ...some,
});
const line = (some: Partial<GrantableLine> = {}): GrantableLine => ({
  subscriptionId: 'first',
  region: 'KR-11',
  tier: 'basic',
  pool: 'pool',
  quantity: 2,
  net: 6_000n,
  months: [{ month: '2026-04', days: 30 }],
  ...some,
});
const state = (budget = 10_000n, some: Partial<GrantState> = {}): GrantState => ({
  budgets: new Map([
    ['rural', budget],
    ['second', budget],
  ]),
  vouchers: new Map(),
  taken: () => ({ months: 0, lines: 0 }),
  ...some,
});

describe('grants', () => {
  it('pay so much per line and month, by days', () => {
    expect(grantsOf([line()], [scheme()], state())).toEqual([
      { schemeId: 'rural', subscriptionId: 'first', months: 1, lines: 2, minor: 600n },
    ]);
    expect(grantsOf([line({ months: [{ month: '2026-04', days: 10 }] })], [scheme()], state())[0]?.minor).toBe(200n);
  });

  it('go to whom the scheme is for', () => {
    const given = (some: Partial<GrantScheme>) => grantsOf([line()], [scheme(some)], state()).length;
    expect(given({ regions: new Set(['KR-26']) })).toBe(0);
    expect(given({ regions: new Set(['KR-11']), tiers: ['basic'], pools: ['pool'] })).toBe(1);
    expect(given({ tiers: ['fast'] })).toBe(0);
    expect(given({ pools: [] })).toBe(0);
    expect(given({ fromMonth: '2026-05' })).toBe(0);
  });

  it('end with the months of the line', () => {
    const months = [
      { month: '2026-03', days: 31 },
      { month: '2026-04', days: 30 },
    ];
    const taken = (count: number) => ({ ...state(), taken: () => ({ months: count, lines: 2 }) });
    expect(grantsOf([line({ months })], [scheme()], taken(11))[0]).toMatchObject({ months: 1, minor: 600n });
    expect(grantsOf([line({ months })], [scheme()], taken(12))).toEqual([]);
  });

  it('end with the budget, whose last part goes to whoever comes to it', () => {
    const lines = [line(), line({ subscriptionId: 'next' }), line({ subscriptionId: 'last' })];
    expect(grantsOf(lines, [scheme()], state(700n)).map(({ minor }) => minor)).toEqual([600n, 100n]);
  });

  it('by voucher are for as many lines as there are vouchers', () => {
    const lines = [line(), line({ subscriptionId: 'next' })];
    const byVoucher = [scheme({ byVoucher: true })];
    expect(grantsOf(lines, byVoucher, state())).toEqual([]);
    const some = state(10_000n, { vouchers: new Map([['rural', 3]]) });
    expect(grantsOf(lines, byVoucher, some).map(({ minor }) => minor)).toEqual([600n, 300n]);
  });

  it('by voucher stay with the lines that they first paid for', () => {
    const lines = [line(), line({ subscriptionId: 'next' })];
    const byVoucher = [scheme({ byVoucher: true })];
    // One of two vouchers paid for one of the first line's two; its months are over, or it does not work this month.
    const after = (months: number) => (_scheme: string, id: string) =>
      id === 'first' ? { months, lines: 1 } : { months: 0, lines: 0 };
    const left = (months: number, vouchers: number) =>
      state(10_000n, { vouchers: new Map([['rural', vouchers]]), taken: after(months) });
    const given = (months: number, vouchers: number) =>
      grantsOf(lines, byVoucher, left(months, vouchers)).map((grant) => [grant.subscriptionId, grant.lines]);
    expect(given(12, 0)).toEqual([]);
    expect(given(3, 0)).toEqual([['first', 1]]);
    expect(given(3, 1)).toEqual([
      ['first', 1],
      ['next', 1],
    ]);
  });

  it('of all schemes together never exceed what the line is charged, nor any budget', () => {
    const lines = fc.array(
      fc.record({ quantity: fc.integer({ min: 1, max: 9 }), net: fc.bigInt({ min: 0n, max: 5_000n }) }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        lines,
        fc.bigInt({ min: 0n, max: 9_000n }),
        fc.bigInt({ min: 1n, max: 900n }),
        (drawn, budget, perLine) => {
          const all = drawn.map((each, index) => line({ ...each, subscriptionId: String(index) }));
          const grants = grantsOf(all, [scheme({ perLine }), scheme({ id: 'second' })], state(budget));
          for (const { subscriptionId, net } of all) {
            const own = grants.filter((grant) => grant.subscriptionId === subscriptionId);
            expect(own.reduce((sum, { minor }) => sum + minor, 0n)).toBeLessThanOrEqual(net);
          }
          for (const id of ['rural', 'second']) {
            const own = grants.filter(({ schemeId }) => schemeId === id);
            expect(own.reduce((sum, { minor }) => sum + minor, 0n)).toBeLessThanOrEqual(budget);
          }
        },
      ),
    );
  });
});
