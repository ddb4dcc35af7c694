/**
 * Who may do which deed. A role belongs to one kind of organisation: owner to a member, manager to an association,
 * bidder to a provider, the others to an agency. Whose row it may be done to is each deed's own rule; what belongs to an
 * agency obeys its own people alone (`whose-agency.ts`).
 */
import type { OrganisationKind, Role } from '../../kernel/actor.js';
import { type Refusal, refuse } from '../../kernel/refusal.js';

export const ROLES_OF: Readonly<Record<OrganisationKind, readonly Role[]>> = {
  member: ['owner'],
  association: ['manager'],
  provider: ['bidder'],
  agency: ['officer', 'approver', 'auditor', 'admin'],
};

const anyone: readonly Role[] = ['owner', 'manager', 'bidder', 'officer', 'approver', 'auditor', 'admin'];
const agency: readonly Role[] = ['officer', 'approver', 'auditor', 'admin'];
/** who lets people into its organisation, and out of it: one role of every kind */
const lettingIn: readonly Role[] = ['owner', 'manager', 'bidder', 'admin'];

export const PERMISSIONS = {
  'session.read': anyone,
  'session.end': anyone,
  'password.change': anyone,
  'people.read': anyone,
  'people.invite': lettingIn,
  'people.read-invitations': lettingIn,
  'people.end-invitation': lettingIn,
  'people.withdraw-role': lettingIn,
  'organisations.admit': ['admin'],
  'organisations.invite': ['admin'],
  'organisations.read': agency,
  'audit.read': ['auditor', 'admin'],
  'mail.read': ['auditor', 'admin'],
  'clock.advance': ['admin'],

  'catalogue.import': ['officer', 'admin'],
  'catalogue.edit': ['officer', 'admin'],

  // From here to 'late-joining.import', officer and approver are those of the agency whose pool it is, and whose therefore
  // are its tender, auction, awards and agreements. They read the same of other agencies, as auditors do.
  'pools.draft': ['officer', 'manager'],
  'pools.edit': ['officer', 'manager'],
  'pools.open': ['officer', 'manager'],
  'pools.cancel': ['officer', 'manager'],
  'pools.release': ['officer'],
  'pools.join': ['owner'],
  'pools.change-pledge': ['owner'],
  'pools.leave': ['owner'],
  'pools.import': ['manager'],
  'pools.take-back': ['manager'],
  'pools.read-pledges': ['owner', 'manager', 'officer', 'auditor'],
  'pools.read-demand': ['bidder', 'officer', 'approver', 'auditor'],
  'members.read': ['manager'],
  'members.invite': ['manager'],

  'tenders.edit': ['officer'],
  'tenders.publish': ['officer'],
  'tenders.cancel': ['officer'],
  'tenders.read': ['bidder', 'officer', 'approver', 'auditor'],

  'bids.submit': ['bidder'],
  'bids.withdraw': ['bidder'],
  'bids.read-own': ['bidder'],
  'bids.improve': ['bidder'],
  'bids.instruct-proxy': ['bidder'],
  'bids.open': ['officer'],
  'auctions.practise': ['bidder'],
  'auctions.pause': ['officer'],
  'auctions.read-events': agency,
  'auctions.read-log': agency,
  'bids.read': ['officer', 'approver', 'auditor'],

  'awards.compare': ['officer'],
  'awards.prove-gaps': ['officer'],
  'awards.recommend': ['officer'],
  'awards.approve': ['approver'],
  'awards.reject': ['approver'],
  'awards.abandon': ['officer'],
  'awards.read': ['officer', 'approver', 'auditor'],
  'awards.read-letter': ['bidder'],

  'contracts.read': ['bidder', 'officer', 'approver', 'auditor'],
  'contracts.sign': ['bidder', 'approver'],
  'contracts.return': ['bidder', 'approver'],
  'contracts.issue': ['officer'],
  'contracts.let-fall': ['approver'],

  'offers.read': ['owner', 'manager', 'officer', 'auditor'],
  'offers.answer': ['owner'],
  'offers.import-answers': ['manager'],
  'subscriptions.read': ['owner', 'manager', 'bidder', 'officer', 'auditor'],
  'subscriptions.install': ['bidder'],
  'subscriptions.tell-address': ['owner', 'manager'],
  'subscriptions.record-repair': ['bidder', 'officer'],
  'subscriptions.suspend': ['officer'],
  'subscriptions.resume': ['officer'],
  'subscriptions.end': ['owner', 'officer'],
  'subscriptions.cancel': ['officer'],
  'add-ons.offer': ['bidder'],
  'add-ons.withdraw': ['bidder'],
  'add-ons.order': ['owner'],
  'add-ons.end-order': ['owner'],
  'late-joining.read': ['owner', 'manager', 'officer', 'auditor'],
  'late-joining.open': ['officer'],
  'late-joining.join': ['owner'],
  'late-joining.import': ['manager'],

  'ledger.read': agency,
  'ledger.read-account': ['owner', 'bidder', ...agency],

  'billing.read': ['officer', 'approver', 'auditor'],
  'billing.set-terms': ['officer'],
  'billing.set-tax': ['officer'],
  'billing.unset-tax': ['officer'],
  'billing.make-grant': ['officer'],
  'billing.end-grant': ['officer'],
  'billing.give-voucher': ['officer'],
  'billing.read-vouchers': ['owner', 'officer', 'auditor'],
  'billing.redeem-voucher': ['owner'],
  'billing.plan': ['officer'],
  'billing.start': ['officer'],
  'billing.credit': ['approver'],
  'billing.pay-left-credit': ['officer'],
  'invoices.read': ['owner', 'officer', 'approver', 'auditor'],

  'collections.read': ['owner', 'officer', 'auditor'],
  'collections.read-resumable': ['officer', 'auditor'],
  'collections.decide': ['officer'],
  'collections.give-up': ['officer'],
  'payments.read': ['owner', 'officer', 'auditor'],
  'payments.read-bank': ['officer', 'auditor'],
  'payments.record': ['officer'],
  'payments.import-statement': ['officer'],
  'payments.assign': ['officer'],
  'payments.send-back': ['officer'],
  'deposits.read': ['owner', 'officer', 'auditor'],
  'deposits.read-terms': ['owner', 'manager', 'officer', 'auditor'],
  'deposits.return': ['officer'],
  'refunds.read': ['owner', 'officer', 'auditor'],
  'refunds.confirm': ['officer'],
  'payouts.propose': ['officer'],
  'payouts.pay': ['officer'],
  'payouts.withdraw': ['officer'],
  'payouts.read': ['bidder', 'officer', 'auditor'],
  'payouts.read-reversals': ['officer', 'auditor'],
  'payouts.try-reversal': ['officer'],
  'payouts.settle-reversal': ['officer'],
  'payouts.read-debts': ['officer', 'auditor'],
  'payouts.note-repayment': ['officer'],
  'statements.read': ['bidder', 'officer', 'auditor'],
  'payment-methods.add': ['owner'],
  'payment-methods.remove': ['owner'],
  'payment-methods.read': ['owner'],
  'payout-accounts.open': ['bidder'],
  'payout-accounts.read': ['bidder'],
  'stripe.read': ['officer', 'auditor'],
  'stripe.replay': ['officer'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type DeedName = keyof typeof PERMISSIONS;

/** What somebody with a temporary password may do: nothing but choose its own. */
const WITH_TEMPORARY_PASSWORD: ReadonlySet<DeedName> = new Set(['session.read', 'session.end', 'password.change']);

/** Is it a deed of the table? */
export function isDeed(name: string): name is DeedName {
  return Object.hasOwn(PERMISSIONS, name);
}

/** May someone with these roles do the deed at all? */
export function may(roles: readonly Role[], deed: DeedName): boolean {
  const allowed: readonly Role[] = PERMISSIONS[deed];
  return roles.some((role) => allowed.includes(role));
}

/** The refusal of a deed to somebody whose roles do not allow it. */
export function mayNot(): Refusal {
  return refuse('deed.forbidden', 'Your role does not allow this. Ask a colleague whose role does.', {
    kind: 'forbidden',
  });
}

/** May the deed be done with a password that somebody else has seen? */
export function withTemporaryPassword(deed: DeedName): boolean {
  return WITH_TEMPORARY_PASSWORD.has(deed);
}
