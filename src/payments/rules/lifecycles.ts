/** The lives of what is collected, left as a security, given back and paid out. */
import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * due: a transfer is awaited until the invoice is due. collecting: the member's payment method is to be charged.
 * processing: its bank takes its time. failed: it is charged again by and by; what cannot be charged is awaited as a transfer
 * until it is due. overdue: the member is reminded, and in
 * the end an officer is asked whether its lines are to be suspended; nothing is suspended by itself.
 * paid, credited, refunded: nothing is open. Money that goes again makes it due, or overdue where it is time to remind of it,
 * or disputed while that is contested.
 */
export const collectionLifecycle = lifecycle('collection', 'due', {
  due: { settle: 'paid', process: 'processing', lapse: 'overdue', credit: 'credited', 'give-up': 'written-off' },
  collecting: {
    settle: 'paid',
    process: 'processing',
    fail: 'failed',
    await: 'due',
    lapse: 'overdue',
    credit: 'credited',
    'give-up': 'written-off',
  },
  processing: { settle: 'paid', fail: 'failed', await: 'due', lapse: 'overdue', credit: 'credited' },
  failed: {
    settle: 'paid',
    process: 'processing',
    fail: 'failed',
    await: 'due',
    lapse: 'overdue',
    credit: 'credited',
    'give-up': 'written-off',
  },
  overdue: {
    settle: 'paid',
    process: 'processing',
    remind: 'overdue',
    propose: 'suspension-proposed',
    credit: 'credited',
    'give-up': 'written-off',
  },
  'suspension-proposed': { settle: 'paid', decide: 'overdue', credit: 'credited', 'give-up': 'written-off' },
  paid: { refund: 'refunded', dispute: 'disputed', await: 'due', reopen: 'overdue' },
  disputed: { settle: 'paid', await: 'due', reopen: 'overdue', refund: 'refunded' },
  refunded: { settle: 'paid', dispute: 'disputed', await: 'due', reopen: 'overdue' },
  credited: { settle: 'paid', refund: 'refunded', await: 'due', reopen: 'overdue', dispute: 'disputed' },
  'written-off': { settle: 'paid', credit: 'credited' },
});

export type CollectionState = StateOf<typeof collectionLifecycle>;

/**
 * asked: the member is to transfer it. charging, processing: its payment method is charged. held: it lies with the agency
 * and is the member's. Money that comes for one that was withdrawn is held and goes back; what comes for one that was paid
 * is a deposit of its own, which begins as held.
 */
export const depositLifecycle = lifecycle('deposit', 'asked', {
  asked: { hold: 'held', charge: 'charging', withdraw: 'withdrawn' },
  charging: { hold: 'held', process: 'processing', decline: 'asked', withdraw: 'withdrawn' },
  processing: { hold: 'held', decline: 'asked', withdraw: 'withdrawn' },
  held: { credit: 'credited', return: 'refunding' },
  refunding: { finish: 'refunded' },
  withdrawn: { hold: 'held' },
  credited: {},
  refunded: {},
});

export type DepositState = StateOf<typeof depositLifecycle>;

/**
 * owed: Stripe is to be asked, or an officer pays it out and confirms it. What Stripe gave back and did not get through, even
 * days later, is owed again: by bank. withdrawn: the money has gone another way meanwhile, such as by a dispute; Stripe may
 * have given it back all the same, if its answer was lost.
 */
export const refundLifecycle = lifecycle('refund', 'owed', {
  owed: { ask: 'asked', finish: 'done', withdraw: 'withdrawn' },
  asked: { finish: 'done', fail: 'owed' },
  done: { fail: 'owed' },
  withdrawn: { ask: 'asked' },
});

export type RefundState = StateOf<typeof refundLifecycle>;

/**
 * transferring: Stripe is asked, again and again while money is not available there. refused: Stripe does not transfer it, until somebody does something about the reason and an officer has it tried again.
 * released: the reserve that was kept of it is due to the provider.
 */
export const payoutLifecycle = lifecycle('payout', 'proposed', {
  proposed: { transfer: 'transferring', pay: 'paid', withdraw: 'withdrawn' },
  transferring: { pay: 'paid', refuse: 'refused', withdraw: 'withdrawn' },
  refused: { transfer: 'transferring', withdraw: 'withdrawn' },
  paid: { release: 'released' },
  released: {},
  withdrawn: {},
});

export type PayoutState = StateOf<typeof payoutLifecycle>;

/**
 * owed: Stripe is to be asked, at once or after it refused. refused: it was asked often enough, and an officer has it tried
 * once more when there is a reason to, or notes that the provider has transferred it to the agency's bank.
 */
export const reversalLifecycle = lifecycle('payout-reversal', 'owed', {
  owed: { finish: 'done', refuse: 'refused', try: 'owed' },
  refused: { try: 'owed', 'pay-back': 'done' },
  done: {},
});

export type ReversalState = StateOf<typeof reversalLifecycle>;
