/** What payments book: who has more, and who has less. */
import type { Minor } from '../../kernel/money.js';
import type { Entry } from '../../ledger/rules/entry.js';

/** Where the agency's money is. */
export type Purse = 'stripe' | 'bank';

interface Between {
  /** of the row that is booked */
  readonly id: string;
  readonly agencyId: string;
  readonly currency: string;
  readonly minor: Minor;
}

/** Money for an invoice. */
export function paymentEntry(of: Between & { memberId: string; purse: Purse; number: string }): Entry {
  return {
    kind: 'payment',
    reference: of.id,
    currency: of.currency,
    memo: `Payment of ${of.number}`,
    postings: [
      { organisationId: of.agencyId, purpose: of.purse, minor: of.minor },
      { organisationId: of.memberId, purpose: 'receivable', minor: -of.minor },
    ],
  };
}

/** Money for a deposit, which stays the member's. */
export function depositEntry(of: Between & { memberId: string; purse: Purse; number: string }): Entry {
  return {
    kind: 'deposit',
    reference: of.id,
    currency: of.currency,
    memo: `Deposit ${of.number}`,
    postings: [
      { organisationId: of.agencyId, purpose: of.purse, minor: of.minor },
      { organisationId: of.memberId, purpose: 'deposit', minor: -of.minor },
    ],
  };
}

/** A deposit pays an invoice. */
export function creditedEntry(
  of: Omit<Between, 'agencyId'> & { memberId: string; deposit: string; invoice: string },
): Entry {
  return {
    kind: 'deposit-credit',
    reference: of.id,
    currency: of.currency,
    memo: `Deposit ${of.deposit} credited to ${of.invoice}`,
    postings: [
      { organisationId: of.memberId, purpose: 'deposit', minor: of.minor },
      { organisationId: of.memberId, purpose: 'receivable', minor: -of.minor },
    ],
  };
}

/** Money that goes back to a member: of a deposit, or of what it paid for an invoice. */
export function refundEntry(
  of: Between & { memberId: string; purse: Purse; of: 'deposit' | 'invoice'; number: string },
): Entry {
  const deposit = of.of === 'deposit';
  return {
    kind: deposit ? 'deposit-refund' : 'refund',
    reference: of.id,
    currency: of.currency,
    memo: `Refund of ${of.number}`,
    postings: [
      { organisationId: of.memberId, purpose: deposit ? 'deposit' : 'receivable', minor: of.minor },
      { organisationId: of.agencyId, purpose: of.purse, minor: -of.minor },
    ],
  };
}

/** A payer's bank takes its payment back. Won, the entry is reversed; taken again, another one is made. */
export function disputeEntry(of: Between & { memberId: string; of: 'deposit' | 'invoice'; number: string }): Entry {
  return {
    kind: 'dispute',
    reference: of.id,
    currency: of.currency,
    memo: `Payment of ${of.number} disputed`,
    postings: [
      { organisationId: of.memberId, purpose: of.of === 'deposit' ? 'deposit' : 'receivable', minor: of.minor },
      { organisationId: of.agencyId, purpose: 'stripe', minor: -of.minor },
    ],
  };
}

/** A provider is paid; what is kept back moves into its reserve. */
export function payoutEntries(
  of: Between & { providerId: string; purse: Purse; number: string; reserve: Minor },
): Entry[] {
  const { id: reference, currency, number } = of;
  const paid: Entry = {
    kind: 'payout',
    reference,
    currency,
    memo: `Payout ${number}`,
    postings: [
      { organisationId: of.providerId, purpose: 'payable', minor: of.minor },
      { organisationId: of.agencyId, purpose: of.purse, minor: -of.minor },
    ],
  };
  const reserve: Entry = {
    kind: 'reserve',
    reference,
    currency,
    memo: `Reserve kept of payout ${number}`,
    postings: [
      { organisationId: of.providerId, purpose: 'payable', minor: of.reserve },
      { organisationId: of.providerId, purpose: 'reserve', minor: -of.reserve },
    ],
  };
  return [...(of.minor > 0n ? [paid] : []), ...(of.reserve > 0n ? [reserve] : [])];
}

/** What was kept back is due. */
export function releaseEntry(of: Omit<Between, 'agencyId'> & { providerId: string; number: string }): Entry {
  return {
    kind: 'reserve-release',
    reference: of.id,
    currency: of.currency,
    memo: `Reserve of payout ${of.number} released`,
    postings: [
      { organisationId: of.providerId, purpose: 'reserve', minor: of.minor },
      { organisationId: of.providerId, purpose: 'payable', minor: -of.minor },
    ],
  };
}

/** Part of a transfer came back from the provider, at Stripe or to the agency's bank. */
export function reversalEntry(of: Between & { providerId: string; purse: Purse; number: string }): Entry {
  return {
    kind: 'payout-reversal',
    reference: of.id,
    currency: of.currency,
    memo: `Part of payout ${of.number} taken back`,
    postings: [
      { organisationId: of.agencyId, purpose: of.purse, minor: of.minor },
      { organisationId: of.providerId, purpose: 'payable', minor: -of.minor },
    ],
  };
}

/** A provider pays back what it was paid too much. */
export function repaymentEntry(of: Between & { providerId: string; bankReference: string }): Entry {
  return {
    kind: 'repayment',
    reference: of.id,
    currency: of.currency,
    memo: `Paid back by bank, ${of.bankReference}`,
    postings: [
      { organisationId: of.agencyId, purpose: 'bank', minor: of.minor },
      { organisationId: of.providerId, purpose: 'payable', minor: -of.minor },
    ],
  };
}

/** The agency pays its provider's promise to a member. */
export function leftCreditEntry(of: Between & { providerId: string; number: string }): Entry {
  return {
    kind: 'service-credit',
    reference: of.id,
    currency: of.currency,
    memo: `Service credit of ${of.number} paid out`,
    postings: [
      { organisationId: of.providerId, purpose: 'payable', minor: of.minor },
      { organisationId: of.agencyId, purpose: 'bank', minor: -of.minor },
    ],
  };
}

/** What a member does not pay is the agency's loss; below zero some of it is paid after all. */
export function writeOffEntry(of: Between & { memberId: string; number: string }): Entry {
  return {
    kind: 'write-off',
    reference: of.id,
    currency: of.currency,
    memo: `Write-off of ${of.number}`,
    postings: [
      { organisationId: of.agencyId, purpose: 'loss', minor: of.minor },
      { organisationId: of.memberId, purpose: 'receivable', minor: -of.minor },
    ],
  };
}

/** Money on its way from Stripe to the agency's bank; below zero it comes from there: a top-up, or a debit of Stripe's. */
export function bankMoveEntry(of: Between): Entry {
  return {
    kind: 'stripe-payout',
    reference: of.id,
    currency: of.currency,
    memo: of.minor > 0n ? `Paid out by Stripe to the bank, ${of.id}` : `Taken from the bank to Stripe, ${of.id}`,
    postings: [
      { organisationId: of.agencyId, purpose: 'bank', minor: of.minor },
      { organisationId: of.agencyId, purpose: 'stripe', minor: -of.minor },
    ],
  };
}

/** What Stripe keeps of money that it moves; below zero it gives it back. */
export function costEntry(of: Between): Entry {
  return {
    kind: 'stripe-costs',
    reference: of.id,
    currency: of.currency,
    memo: `Costs of Stripe, ${of.id}`,
    postings: [
      { organisationId: of.agencyId, purpose: 'stripe-costs', minor: of.minor },
      { organisationId: of.agencyId, purpose: 'stripe', minor: -of.minor },
    ],
  };
}
