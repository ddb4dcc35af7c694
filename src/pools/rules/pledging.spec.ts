import { MAX_MINOR } from '../../kernel/money.js';
import { type JoinablePool, notOfPool, type PledgeWish, whyNotJoinNow, whyNotPledge } from './pledging.js';

const now = new Date('2030-01-01T00:00:00Z');
const later = new Date('2030-02-01T00:00:00Z');
const pool: JoinablePool = {
  state: 'open',
  joiningEndsAt: later,
  regions: ['A', 'B'],
  tiers: ['t1', 't2'],
  termMonths: 24,
};
const line = { tierCode: 't1', quantity: 2, ceilingMonthly: 100n, presentMonthly: null, exitFee: null };
const site = { regionCode: 'A', latitude: null, longitude: null };
const firm: PledgeWish = { commitment: 'firm', site, lines: [line] };
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
    const open = [line, { ...line, tierCode: 't2', ceilingMonthly: null }];
    expect(paths({ lines: open })).toEqual(['lines.1.ceilingMonthly']);
    expect(paths({ lines: open, commitment: 'interest' })).toBeUndefined();
    expect(paths({ lines: [{ ...line, ceilingMonthly: 0n }], commitment: 'interest' })).toEqual([
      'lines.0.ceilingMonthly',
    ]);
  });

  it('stays within the regions and tiers of the pool, one line per tier', () => {
    expect(paths({ site: { ...site, regionCode: 'C' } })).toEqual(['site.regionCode']);
    expect(paths({ lines: [{ ...line, tierCode: 't3' }] })).toEqual(['lines.0.tierCode']);
    expect(paths({ lines: [...firm.lines, ...firm.lines] })).toEqual(['lines.1.tierCode']);
    expect(paths({ site: { ...site, latitude: 1 } })).toEqual(['site.longitude']);
    expect(paths({ site: { ...site, longitude: 1 } })).toEqual(['site.latitude']);
  });

  it('takes no present bill that is no amount any more over the term', () => {
    const most = MAX_MINOR / 48n;
    expect(paths({ lines: [{ ...line, presentMonthly: most }] })).toBeUndefined();
    expect(paths({ lines: [{ ...line, presentMonthly: most + 1n }] })).toEqual(['lines.0.presentMonthly']);
    expect(paths({ lines: [{ ...line, presentMonthly: most, exitFee: 48n }] })).toEqual(['lines.0.presentMonthly']);
    expect(paths({ lines: [{ ...line, exitFee: MAX_MINOR }] })).toBeUndefined();
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
