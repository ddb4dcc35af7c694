import { MAX_JOINING_DAYS, type PoolTerms, termFaults, whyNotOpen } from './pool-terms.js';
import { MAX_MINOR } from '../../kernel/money.js';
import { addDays } from '../../kernel/period.js';

const now = new Date('2030-01-01T00:00:00Z');
const sound: PoolTerms = {
  joiningEndsAt: addDays(now, 30),
  criticalMass: 100,
  termMonths: 24,
  regions: ['A', 'B'],
  tiers: [{ tierCode: 't1', openMarketMonthly: 5_000n }],
  bands: [
    { from: 1, monthly: { t1: 4_500n } },
    { from: 500, monthly: { t1: 4_000n } },
  ],
};
const paths = (changes: Partial<PoolTerms>): string[] => termFaults({ ...sound, ...changes }).map((f) => f.path);
const whyNot = (changes: Partial<PoolTerms>) => whyNotOpen({ ...sound, ...changes, state: 'draft' }, now);

describe('the terms of a pool', () => {
  it('are sound as they stand, and may be incomplete in a draft', () => {
    expect(termFaults(sound)).toEqual([]);
    expect(paths({ regions: [], tiers: [], bands: [] })).toEqual([]);
    expect(whyNot({})).toBeNull();
  });

  it('name what is there twice, without a price, or rising', () => {
    expect(paths({ regions: ['A', 'B', 'A'] })).toEqual(['regions.2']);
    expect(paths({ tiers: [...sound.tiers, ...sound.tiers] })).toEqual(['tiers.1.tierCode']);
    expect(paths({ tiers: [{ tierCode: 't1', openMarketMonthly: 0n }] })).toEqual(['tiers.0.openMarketMonthly']);
    const tier = { tierCode: 't1', openMarketMonthly: MAX_MINOR / 24_000n };
    expect(paths({ tiers: [tier] })).toEqual([]);
    expect(paths({ tiers: [tier], termMonths: 25 })).toEqual(['tiers.0.openMarketMonthly']);
    expect(paths({ bands: [{ from: 1, monthly: { t1: 4_500n, t2: 1n } }] })).toEqual(['bands.0.monthly.t2']);
    const rising = [
      { from: 1, monthly: { t1: 4_000n } },
      { from: 500, monthly: { t1: 4_001n } },
    ];
    expect(paths({ bands: rising })).toEqual(['bands.1.monthly.t1']);
    expect(paths({ bands: rising.toReversed() })).toContain('bands.1.from');
  });

  it('give a price to every pool that locks', () => {
    expect(paths({ bands: [{ from: 100, monthly: { t1: 4_500n } }] })).toEqual([]);
    expect(paths({ bands: [{ from: 101, monthly: { t1: 4_500n } }] })).toEqual(['bands.0.from']);
  });

  it('cannot be opened incomplete, in the past, for ever, or twice', () => {
    expect(whyNot({ regions: [] })?.faults).toMatchObject([{ path: 'regions' }]);
    expect(whyNot({ bands: [] })?.faults).toMatchObject([{ path: 'bands' }]);
    expect(whyNot({ joiningEndsAt: now })?.faults).toMatchObject([{ path: 'joiningEndsAt' }]);
    expect(whyNot({ joiningEndsAt: addDays(now, MAX_JOINING_DAYS) })).toBeNull();
    expect(whyNot({ joiningEndsAt: addDays(now, MAX_JOINING_DAYS + 1) })?.faults).toMatchObject([
      { path: 'joiningEndsAt' },
    ]);
    expect(whyNotOpen({ ...sound, state: 'open' }, now)?.code).toBe('pool.cannot-open');
  });
});
