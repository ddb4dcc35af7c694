import { type JoinablePool, notOfPool, type PledgeWish, whyNotJoinNow, whyNotPledge } from './pledging.js';

const now = new Date('2030-01-01T00:00:00Z');
const later = new Date('2030-02-01T00:00:00Z');
const pool: JoinablePool = { state: 'open', joiningEndsAt: later, regions: ['A', 'B'], tiers: ['t1', 't2'] };
const site = { regionCode: 'A', latitude: null, longitude: null };
const firm: PledgeWish = { commitment: 'firm', site, lines: [{ tierCode: 't1', ceilingMonthly: 100n }] };
const paths = (wish: Partial<PledgeWish>): string[] | undefined =>
  whyNotPledge(pool, { ...firm, ...wish }, now)?.faults.map((fault) => fault.path);

describe('pledging', () => {
  it('is possible in an open pool before its end', () => {
    expect(whyNotPledge(pool, firm, now)).toBeNull();
    expect(whyNotPledge(pool, { ...firm, commitment: 'interest' }, now)).toBeNull();
    expect(whyNotPledge(pool, firm, new Date(later.getTime() - 1))).toBeNull();
    expect(whyNotPledge(pool, firm, later)?.code).toBe('pool.joining-ended');
    for (const state of ['draft', 'locked', 'released', 'lapsed', 'cancelled'] as const) {
      expect(whyNotJoinNow({ state, joiningEndsAt: later }, now)?.code).toBe('pool.not-open');
    }
  });

  it('needs a ceiling on every firm line, and none of interest', () => {
    const open = [
      { tierCode: 't1', ceilingMonthly: 100n },
      { tierCode: 't2', ceilingMonthly: null },
    ];
    expect(paths({ lines: open })).toEqual(['lines.1.ceilingMonthly']);
    expect(paths({ lines: open, commitment: 'interest' })).toBeUndefined();
    expect(paths({ lines: [{ tierCode: 't1', ceilingMonthly: 0n }], commitment: 'interest' })).toEqual([
      'lines.0.ceilingMonthly',
    ]);
  });

  it('stays within the regions and tiers of the pool, one line per tier', () => {
    expect(paths({ site: { ...site, regionCode: 'C' } })).toEqual(['site.regionCode']);
    expect(paths({ lines: [{ tierCode: 't3', ceilingMonthly: 1n }] })).toEqual(['lines.0.tierCode']);
    expect(paths({ lines: [...firm.lines, ...firm.lines] })).toEqual(['lines.1.tierCode']);
    expect(paths({ site: { ...site, latitude: 1 } })).toEqual(['site.longitude']);
    expect(paths({ site: { ...site, longitude: 1 } })).toEqual(['site.latitude']);
  });

  it('says which codes there are, as far as they fit a sentence', () => {
    expect(notOfPool('region', 'C', ['A', 'B'])).toBe('C is not a region of this pool; its regions are A, B.');
    expect(
      notOfPool(
        'region',
        'C',
        Array.from({ length: 25 }, (_, i) => `R${i}`),
      ),
    ).toContain('R19 and 5 more.');
  });
});
