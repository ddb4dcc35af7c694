import fc from 'fast-check';
import { type AccountPurpose, gathered, NATURE_OF, type Posting, PURPOSES, whyNotBook } from './entry.js';

const posting = fc.record({
  organisationId: fc.constantFrom('a', 'b', 'c'),
  purpose: fc.constantFrom<AccountPurpose[]>(...PURPOSES),
  minor: fc.bigInt({ min: -1_000_000n, max: 1_000_000n }),
});

function entry(...postings: Posting[]): Parameters<typeof whyNotBook>[0] {
  return { kind: 'invoice', reference: 'one', postings };
}

function sum(postings: readonly Posting[]): bigint {
  return postings.reduce((total, each) => total + each.minor, 0n);
}

describe('an entry', () => {
  it('is booked when its postings sum to zero', () => {
    const sold: Posting[] = [
      { organisationId: 'member', purpose: 'receivable', minor: 1_100n },
      { organisationId: 'provider', purpose: 'payable', minor: -1_000n },
      { organisationId: 'agency', purpose: 'tax', minor: -100n },
    ];
    expect(whyNotBook(entry(...sold))).toBeNull();
  });

  it('is refused when it does not balance, says by how much, and names what it books', () => {
    const refusal = whyNotBook(
      entry(
        { organisationId: 'member', purpose: 'receivable', minor: 1_100n },
        { organisationId: 'provider', purpose: 'payable', minor: -1_000n },
      ),
    );
    expect(refusal?.code).toBe('ledger.unbalanced');
    expect(refusal?.message).toBe('The invoice of one does not balance: its postings sum to 100.');
  });

  it('is refused when it moves nothing, also within one account', () => {
    expect(whyNotBook(entry())?.code).toBe('ledger.nothing');
    const within: Posting = { organisationId: 'member', purpose: 'receivable', minor: 5n };
    expect(whyNotBook(entry(within, { ...within, minor: -5n }))?.code).toBe('ledger.nothing');
  });

  it('is refused beyond the largest amount', () => {
    const much = { organisationId: 'member', purpose: 'bank', minor: 9_000_000_000_000_001n } as const;
    expect(whyNotBook(entry(much, { ...much, purpose: 'payable', minor: -much.minor }))?.code).toBe('ledger.too-much');
  });

  it('has one posting per account, and the same sum, however its postings came', () => {
    fc.assert(
      fc.property(fc.array(posting, { maxLength: 12 }), (postings) => {
        const one = gathered(postings);
        const accounts = one.map((each) => `${each.organisationId} ${each.purpose}`);
        expect(new Set(accounts).size).toBe(accounts.length);
        expect(one.every((each) => each.minor !== 0n)).toBe(true);
        expect(sum(one)).toBe(sum(postings));
      }),
    );
  });

  it('knows the nature of every account', () => {
    expect(Object.keys(NATURE_OF).sort()).toEqual([...PURPOSES].sort());
  });
});
