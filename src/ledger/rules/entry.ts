/** What is booked: entries of double entry, whose postings sum to zero. */
import { MAX_MINOR, type Minor } from '../../kernel/money.js';
import { type Refusal, refuse } from '../../kernel/refusal.js';

/** What an account is for. An organisation has at most one per purpose and currency. */
export const PURPOSES = [
  'receivable',
  'payable',
  'reserve',
  'deposit',
  'grant',
  'activation',
  'fee',
  'tax',
  'stripe',
  'bank',
  'stripe-costs',
  'loss',
] as const;

export type AccountPurpose = (typeof PURPOSES)[number];

/** What kind of account it is in a balance sheet. */
export const NATURE_OF: Readonly<Record<AccountPurpose, 'asset' | 'liability' | 'income' | 'expense'>> = {
  receivable: 'asset',
  payable: 'liability',
  reserve: 'liability',
  deposit: 'liability',
  grant: 'expense',
  activation: 'expense',
  fee: 'income',
  tax: 'liability',
  stripe: 'asset',
  bank: 'asset',
  'stripe-costs': 'expense',
  loss: 'expense',
};

export type EntryKind =
  | 'invoice'
  | 'credit-note'
  | 'activation'
  | 'deposit'
  | 'deposit-credit'
  | 'deposit-refund'
  | 'payment'
  | 'refund'
  | 'dispute'
  | 'payout'
  | 'payout-reversal'
  | 'repayment'
  | 'reserve'
  | 'reserve-release'
  | 'stripe-costs'
  | 'stripe-payout'
  | 'write-off'
  | 'service-credit';

/** One side of an entry: a debit is positive, a credit negative, in minor units. */
export interface Posting {
  readonly organisationId: string;
  readonly purpose: AccountPurpose;
  readonly minor: Minor;
}

export interface Entry {
  readonly kind: EntryKind;
  /** what it books, such as the id of an invoice: booked once per kind */
  readonly reference: string;
  readonly currency: string;
  /** a sentence for the statement of an account */
  readonly memo: string;
  readonly postings: readonly Posting[];
}

/** Postings to the same account become one, and those that come to nothing are left out. */
export function gathered(postings: readonly Posting[]): Posting[] {
  const byAccount = new Map<string, Posting>();
  for (const posting of postings) {
    const account = `${posting.organisationId} ${posting.purpose}`;
    const minor = (byAccount.get(account)?.minor ?? 0n) + posting.minor;
    byAccount.set(account, { ...posting, minor });
  }
  return [...byAccount.values()].filter((posting) => posting.minor !== 0n);
}

/** Why these postings are no entry; null when they are. */
export function whyNotBook({
  kind,
  reference,
  postings,
}: Pick<Entry, 'kind' | 'reference' | 'postings'>): Refusal | null {
  const total = postings.reduce((sum, posting) => sum + posting.minor, 0n);
  if (total !== 0n) {
    return refuse('ledger.unbalanced', `The ${kind} of ${reference} does not balance: its postings sum to ${total}.`);
  }
  if (gathered(postings).length < 2) {
    return refuse('ledger.nothing', `The ${kind} of ${reference} moves nothing between two accounts.`);
  }
  const large = postings.find(({ minor }) => minor > MAX_MINOR || minor < -MAX_MINOR);
  if (large) {
    return refuse('ledger.too-much', `The ${kind} of ${reference} moves ${large.minor}, more than ${MAX_MINOR}.`);
  }
  return null;
}
