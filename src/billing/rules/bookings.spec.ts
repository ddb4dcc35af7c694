import { whyNotBook } from '../../ledger/rules/entry.js';
import { activationOf, type Booked, bookingsOf } from './bookings.js';
import { invoiceTotals } from './totals.js';

const charges = [
  { providerId: 'first', minor: 1_000n },
  { providerId: 'second', minor: 500n },
];
const booked = (kind: Booked['kind'], grant = 300n): Booked => ({
  id: 'one',
  kind,
  memo: 'Invoice INV-2026-000001',
  issuerId: 'agency',
  memberId: 'member',
  currency: 'KRW',
  totals: invoiceTotals(charges, { taxBp: 1_000, feeBp: 200 }, grant),
});
const sums = (of: Booked) => {
  const entries = bookingsOf(of);
  expect(entries.map(whyNotBook)).toEqual([null]);
  const found: Record<string, bigint> = {};
  for (const { organisationId, purpose, minor } of entries.flatMap(({ postings }) => postings)) {
    const account = `${organisationId} ${purpose}`;
    found[account] = (found[account] ?? 0n) + minor;
  }
  return found;
};

test('an invoice says who owes what to whom, and a credit note the same the other way round', () => {
  const invoice = {
    'member receivable': 1_350n,
    'agency grant': 300n,
    'agency tax': -150n,
    'agency fee': -30n,
    'first payable': -980n,
    'second payable': -490n,
  };
  expect(sums(booked('invoice'))).toEqual(invoice);
  expect(sums(booked('credit-note'))).toEqual(
    Object.fromEntries(Object.entries(invoice).map(([account, minor]) => [account, -minor])),
  );
});

test('an invoice that the agency pays as a whole is booked, one of nothing is not', () => {
  const whole = { ...booked('invoice'), totals: invoiceTotals(charges, { taxBp: 0, feeBp: 0 }, 1_500n) };
  expect(bookingsOf(whole).map(whyNotBook)).toEqual([null]);
  expect(bookingsOf({ ...booked('invoice'), totals: invoiceTotals([], { taxBp: 0, feeBp: 0 }, 0n) })).toEqual([]);
});

test('an activation is owed by the agency, if there is one', () => {
  const agreement = { agreementId: 'a', number: 'FA-1', providerId: 'first', activation: 700n };
  expect(activationOf(agreement, 'agency', 'KRW').map(whyNotBook)).toEqual([null]);
  expect(activationOf({ ...agreement, activation: 0n }, 'agency', 'KRW')).toEqual([]);
});
