import { refuse } from '../../kernel/refusal.js';
import {
  mayRead,
  partyOf,
  type Signable,
  type Signer,
  whyNotIssue,
  whyNotLetFall,
  whyNotReturn,
  whyNotSign,
} from './signing.js';

const agreement: Signable = {
  state: 'issued',
  agencyId: 'agency',
  providerId: 'provider',
  contentHash: 'seen',
  signatures: [],
};
const approver: Signer = {
  personId: 'anna',
  organisationId: 'agency',
  organisationKind: 'agency',
  roles: ['approver'],
};
const bidder: Signer = {
  personId: 'boris',
  organisationId: 'provider',
  organisationKind: 'provider',
  roles: ['bidder'],
};

describe('a signature', () => {
  test('is for the party whose organisation and role the signer has', () => {
    expect(partyOf(agreement, approver)).toBe('agency');
    expect(partyOf(agreement, bidder)).toBe('provider');
    expect(partyOf(agreement, { ...approver, roles: ['officer'] })).toBeNull();
    expect(partyOf(agreement, { ...approver, organisationId: 'another agency' })).toBeNull();
    expect(partyOf(agreement, { ...bidder, organisationId: 'another provider' })).toBeNull();
    expect(whyNotSign(agreement, { ...bidder, organisationId: 'another provider' }, 'seen', null)?.code).toBe(
      'agreement.not-a-party',
    );
  });

  test('is of the content that was seen', () => {
    expect(whyNotSign(agreement, bidder, 'seen', null)).toBeNull();
    expect(whyNotSign(agreement, bidder, 'before', null)?.kind).toBe('stale');
  });

  test('waits for the end of the standstill, and then for nothing else', () => {
    const standstill = refuse('award.standstill', 'Not yet.');
    expect(whyNotSign(agreement, bidder, 'seen', standstill)).toBe(standstill);
    expect(whyNotSign(agreement, { ...bidder, organisationId: 'another' }, 'seen', standstill)?.code).toBe(
      'agreement.not-a-party',
    );
  });

  test('is given once per party', () => {
    const signed: Signable = {
      ...agreement,
      state: 'signed-by-provider',
      signatures: [{ party: 'provider', personId: 'boris' }],
    };
    expect(whyNotSign(signed, { ...bidder, personId: 'berta' }, 'seen', null)?.code).toBe('agreement.signed-already');
    expect(whyNotSign(signed, approver, 'seen', null)).toBeNull();
  });

  test('is not given by one person for both parties', () => {
    const signed: Signable = {
      ...agreement,
      state: 'signed-by-provider',
      signatures: [{ party: 'provider', personId: 'anna' }],
    };
    expect(whyNotSign(signed, approver, 'seen', null)?.code).toBe('agreement.same-person');
  });

  test.each(['returned', 'fallen'] as const)('is not given while the agreement is %s', (state) => {
    expect(whyNotSign({ ...agreement, state }, bidder, 'seen', null)?.code).toBe('agreement.wrong-state');
  });
});

test('either party may return what is not signed by both', () => {
  expect(whyNotReturn(agreement, bidder)).toBeNull();
  expect(whyNotReturn({ ...agreement, state: 'signed-by-agency' }, approver)).toBeNull();
  expect(whyNotReturn({ ...agreement, state: 'signed' }, approver)?.code).toBe('agreement.wrong-state');
  expect(whyNotReturn(agreement, { ...approver, organisationId: 'other' })?.code).toBe('agreement.not-a-party');
});

test('a returned agreement is issued again by an officer of the agency that it names', () => {
  const officer: Signer = { ...approver, roles: ['officer'] };
  expect(whyNotIssue(agreement, officer)).toBeNull();
  for (const other of [
    { ...officer, organisationId: 'other agency' },
    { ...officer, organisationId: null },
    approver,
  ]) {
    expect(whyNotIssue(agreement, other)?.code).toBe('agreement.not-a-party');
  }
});

test('the agency may let fall what is not signed by both, with second eyes', () => {
  const hand = refuse('award.same-person', 'You had a hand in it.');
  for (const state of ['issued', 'signed-by-agency', 'signed-by-provider', 'returned'] as const) {
    expect(whyNotLetFall({ ...agreement, state }, approver, null)).toBeNull();
    expect(whyNotLetFall({ ...agreement, state }, approver, hand)).toBe(hand);
  }
  for (const state of ['signed', 'fallen'] as const) {
    expect(whyNotLetFall({ ...agreement, state }, approver, null)?.code).toBe('agreement.wrong-state');
  }
  expect(whyNotLetFall(agreement, bidder, null)?.code).toBe('agreement.not-a-party');
  expect(whyNotLetFall(agreement, { ...approver, organisationId: 'other' }, null)?.code).toBe('agreement.not-a-party');
});

test('an agreement is read by the agency and its own provider', () => {
  expect(mayRead(agreement, approver)).toBe(true);
  expect(mayRead(agreement, bidder)).toBe(true);
  expect(mayRead(agreement, { ...bidder, organisationId: 'another provider' })).toBe(false);
});
