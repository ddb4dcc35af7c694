import { chargesOf } from './charges.js';
import { type BilledLine, draftOf } from './drafting.js';
import { whyNotSettle, withLeftCredits } from './left-credits.js';

const MONTH = '2026-04';

const line = (some: Partial<BilledLine> & { readonly subscriptionId: string }): BilledLine => ({
  line: { quantity: 1, contractMonthly: 3_000n, setup: 0n, billedUntil: '2026-04-01' },
  price: 3_000n,
  periods: [{ from: '2026-03-01', until: null }],
  addOns: [],
  credits: [],
  number: some.subscriptionId,
  agreementId: 'agreement',
  providerId: 'provider',
  pool: 'pool',
  region: 'KR-11',
  tier: 'basic',
  ...some,
});
const ended = line({
  subscriptionId: 'ended',
  periods: [{ from: '2026-03-01', until: '2026-03-11' }],
  credits: [
    { creditId: 'c', reason: 'Late.', days: 45, happenedOn: '2026-04-02', earlier: { worth: 4_500n, used: 500n } },
  ],
});
const drafted = (lines: readonly BilledLine[]) =>
  draftOf(lines, MONTH, { taxBp: 0, feeBp: 0 }, [], {
    budgets: new Map(),
    vouchers: new Map(),
    taken: () => ({ months: 0, lines: 0 }),
  });

describe('what is left of the credits of a line that ended', () => {
  it('is deducted from the other lines of its agreement, and never more than they are charged', () => {
    const draft = drafted([line({ subscriptionId: 'a' }), ended, line({ subscriptionId: 'b' })]);
    expect(draft?.lines.map(({ subscriptionId, kind, text, minor }) => [subscriptionId, kind, text, minor])).toEqual([
      ['a', 'monthly', '', 3_000n],
      ['a', 'service-credit', 'Late. (ended)', -3_000n],
      ['b', 'monthly', '', 3_000n],
      ['b', 'service-credit', 'Late. (ended)', -1_000n],
    ]);
    expect(draft).toMatchObject({ billed: ['a', 'b'], totals: { net: 2_000n } });
  });

  it('is not deducted from the lines of another agreement, nor from nothing', () => {
    expect(drafted([line({ subscriptionId: 'a', agreementId: 'another' }), ended])?.lines).toHaveLength(1);
    expect(drafted([ended])).toBeNull();
  });

  it('stays with a line that is charged itself', () => {
    const own = { ...ended, periods: [{ from: '2026-03-01', until: null }] };
    const lines = [line({ subscriptionId: 'a' }), own].map((each) => ({ line: each, charges: chargesOf(each, MONTH) }));
    expect(withLeftCredits(lines, MONTH)).toEqual(lines);
  });
});

it('what is left of a credit is settled as a whole, once somebody has reckoned what it is worth', () => {
  expect(whyNotSettle({ worth: 100n, used: 40n }, 60n)).toBeNull();
  expect(whyNotSettle({ worth: 100n, used: 40n }, 100n)?.code).toBe('left-credit.amount');
  expect(whyNotSettle({ worth: null, used: 0n }, 100n)?.code).toBe('left-credit.amount');
});
