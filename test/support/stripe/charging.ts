/** How money moves: charges of cards at once, direct debits after days, failures, disputes and refunds. */
import { declined } from './errors.js';
import type { Store, Thing } from './store.js';
import type { Behaviour } from './test-methods.js';

const DAY_SECONDS = 86_400;
const AVAILABLE_AFTER_SECONDS = 2 * DAY_SECONDS;
const DEBIT_SECONDS = 3 * DAY_SECONDS;
const SLOW_DEBIT_SECONDS = 7 * DAY_SECONDS;
const DECIDED_SECONDS = DAY_SECONDS;

type Declined = { readonly code: string; readonly declineCode: string | null };

export class Charging {
  /** who has to know when a payment of an invoice has come to something */
  onInvoice: (payment: Thing) => void = () => {};

  constructor(private readonly store: Store) {}

  /**
   * Charges a payment's method.
   * @throws ModelError 402 when the bank declines at once
   */
  attempt(payment: Thing, method: Thing): void {
    const behaviour = method['_behaviour'] as Behaviour;
    payment['payment_method'] = method.id;
    payment['last_payment_error'] = null;
    const charge = this.store.add('charge', {
      amount: payment['amount'],
      amount_captured: payment['amount'],
      amount_refunded: 0,
      currency: payment['currency'],
      customer: payment['customer'],
      payment_intent: payment.id,
      payment_method: method.id,
      captured: true,
      disputed: false,
      refunded: false,
      paid: false,
      failure_code: null,
      status: 'pending',
      metadata: payment['metadata'],
      _behaviour: behaviour,
    });
    payment['latest_charge'] = charge.id;
    if (behaviour.type === 'sepa_debit') {
      payment['status'] = 'processing';
      this.store.emit('charge.pending', charge);
      this.store.emit('payment_intent.processing', payment);
      this.store.in(behaviour.slow ? SLOW_DEBIT_SECONDS : DEBIT_SECONDS, () => {
        if (behaviour.charge) this.failed(payment, charge, behaviour.charge);
        else this.succeeded(payment, charge, true);
        this.onInvoice(payment);
      });
      return;
    }
    if (behaviour.charge) {
      this.failed(payment, charge, behaviour.charge);
      this.onInvoice(payment);
      throw declined(behaviour.charge.code, behaviour.charge.declineCode, {
        charge: charge.id,
        payment_intent: { ...payment },
      });
    }
    this.succeeded(payment, charge, behaviour.bypassPending === true);
    this.onInvoice(payment);
    if (behaviour.disputed) this.dispute(charge, 'fraudulent', behaviour.disputed === 'asked');
  }

  private succeeded(payment: Thing, charge: Thing, atOnce: boolean): void {
    payment['status'] = 'succeeded';
    payment['amount_received'] = payment['amount'];
    charge['status'] = 'succeeded';
    charge['paid'] = true;
    const { amount, currency } = charge as unknown as { amount: number; currency: string };
    const { bp, fixed } = this.store.fees;
    const fee = Math.round((amount * bp) / 10_000) + fixed;
    const type = (charge['_behaviour'] as Behaviour).type === 'sepa_debit' ? 'payment' : 'charge';
    const move = { currency, amount, fee, type, source: charge.id };
    const booked = this.store.book(atOnce ? 'available' : 'pending', move);
    charge['balance_transaction'] = booked.id;
    if (!atOnce) {
      const becomes = (): void => {
        booked['status'] = 'available';
        this.store.move(currency, 'pending', fee - amount);
        this.store.move(currency, 'available', amount - fee);
        this.store.emit('balance.available', { object: 'balance' });
      };
      this.store.in(AVAILABLE_AFTER_SECONDS, becomes, false);
    }
    this.store.emit('charge.succeeded', charge);
    this.store.emit('payment_intent.succeeded', payment);
  }

  private failed(payment: Thing, charge: Thing, why: Declined): void {
    const { code, declineCode } = why;
    payment['status'] = 'requires_payment_method';
    payment['last_payment_error'] = {
      type: 'card_error',
      code,
      ...(declineCode === null ? {} : { decline_code: declineCode }),
      message: 'The payment was declined.',
    };
    payment['payment_method'] = null;
    charge['status'] = 'failed';
    charge['failure_code'] = code;
    this.store.emit('charge.failed', charge);
    this.store.emit('payment_intent.payment_failed', payment);
  }

  /** The member's bank takes the money back, unless it is told better. An inquiry only asks, and takes nothing yet. */
  dispute(charge: Thing, reason: string, inquiry = false): Thing {
    charge['disputed'] = true;
    const dispute = this.store.add('dispute', {
      amount: charge['amount'],
      currency: charge['currency'],
      charge: charge.id,
      payment_intent: charge['payment_intent'],
      reason,
      status: inquiry ? 'warning_needs_response' : 'needs_response',
      is_charge_refundable: inquiry,
      balance_transactions: [],
      evidence: {},
      evidence_details: { due_by: null, has_evidence: false, past_due: false, submission_count: 0 },
      metadata: {},
    });
    if (!inquiry) this.moveDisputed(dispute, -1);
    this.store.emit('charge.dispute.created', dispute);
    if (!inquiry) this.store.emit('charge.dispute.funds_withdrawn', dispute);
    return dispute;
  }

  /**
   * An inquiry becomes a dispute, a dispute is prevented by giving the payer the money at once, or what was won is taken
   * again. Stripe's definition speaks of two movements at most: that it lists a third one like the others is our assumption.
   */
  withdraw(dispute: Thing, status: 'needs_response' | 'prevented' | 'lost'): void {
    dispute['status'] = status;
    dispute['is_charge_refundable'] = false;
    this.moveDisputed(dispute, -1);
    this.store.emit('charge.dispute.funds_withdrawn', dispute);
    this.store.emit('charge.dispute.updated', dispute);
  }

  closeDispute(dispute: Thing, outcome: 'won' | 'lost' | 'warning_closed'): void {
    dispute['status'] = outcome;
    if (outcome === 'won') {
      dispute['is_charge_refundable'] = true;
      this.moveDisputed(dispute, 1);
      this.store.emit('charge.dispute.funds_reinstated', dispute);
    }
    this.store.emit('charge.dispute.closed', dispute);
  }

  /**
   * Evidence goes to the bank, which looks at it. In its test mode Stripe lets the bank decide by what it says: by these texts
   * it finds for us or for the payer, or makes a dispute of what it only asked.
   */
  answerDispute(dispute: Thing, evidence: Thing): void {
    const text = evidence['uncategorized_text'] as string | undefined;
    const inquiry = String(dispute['status']).startsWith('warning_');
    dispute['evidence'] = evidence;
    dispute['evidence_details'] = { ...dispute['evidence_details'], has_evidence: true, submission_count: 1 };
    dispute['status'] = inquiry ? 'warning_under_review' : 'under_review';
    this.store.emit('charge.dispute.updated', dispute);
    this.store.in(DECIDED_SECONDS, () => {
      if (inquiry) {
        if (text === 'escalate_inquiry_evidence') this.withdraw(dispute, 'needs_response');
      } else if (text === 'winning_evidence') this.closeDispute(dispute, 'won');
      else if (text === 'losing_evidence') this.closeDispute(dispute, 'lost');
    });
  }

  private moveDisputed(dispute: Thing, sign: 1 | -1): void {
    const { amount, currency } = dispute as unknown as { amount: number; currency: string };
    const fee = sign < 0 ? this.store.fees.dispute : 0;
    const move = { currency, amount: sign * amount, fee, type: 'adjustment', source: dispute.id };
    dispute['balance_transactions'].push(this.store.book('available', move));
  }

  /** Gives money back. By card that is done at once, by direct debit after days; either may come back. */
  refund(charge: Thing, amount: number, metadata: unknown): Thing {
    const behaviour = charge['_behaviour'] as Behaviour;
    const debit = behaviour.type === 'sepa_debit';
    const slow = debit || behaviour.refundPends === true;
    const refund = this.store.add('refund', {
      amount,
      currency: charge['currency'],
      charge: charge.id,
      payment_intent: charge['payment_intent'],
      reason: null,
      status: slow ? 'pending' : 'succeeded',
      metadata: metadata ?? {},
    });
    charge['amount_refunded'] += amount;
    charge['refunded'] = charge['amount_refunded'] === charge['amount'];
    const type = debit ? 'payment_refund' : 'refund';
    this.store.book('available', { currency: charge['currency'] as string, amount: -amount, type, source: refund.id });
    this.store.emit('refund.created', refund);
    this.store.emit('charge.refunded', charge);
    if (slow || behaviour.refundFails) this.store.in(DEBIT_SECONDS, () => this.refundEnds(refund, charge, behaviour));
    return refund;
  }

  private refundEnds(refund: Thing, charge: Thing, behaviour: Behaviour): void {
    const taken = refund['status'] === 'pending' && this.isTaken(charge);
    if (!behaviour.refundFails && !taken) {
      refund['status'] = 'succeeded';
      this.store.emit('refund.updated', refund);
      return;
    }
    refund['status'] = 'failed';
    refund['failure_reason'] = taken ? 'charge_for_pending_refund_disputed' : 'expired_or_canceled_card';
    charge['amount_refunded'] -= refund['amount'];
    charge['refunded'] = false;
    const { currency, amount } = refund as unknown as { currency: string; amount: number };
    this.store.book('available', { currency, amount, type: 'refund_failure', source: refund.id });
    this.store.emit('refund.failed', refund);
  }

  /** Does a dispute keep the charge from being given back? An inquiry does not, nor one that was won. */
  isHeld(charge: Thing): boolean {
    return this.store
      .all('dispute')
      .some((each) => each['charge'] === charge.id && each['is_charge_refundable'] !== true);
  }

  /** Has the payer's bank taken the money of a charge? */
  private isTaken(charge: Thing): boolean {
    const moves = this.store
      .all('dispute')
      .filter((each) => each['charge'] === charge.id)
      .flatMap((each) => each['balance_transactions'] as { amount: number }[]);
    return moves.reduce((sum, { amount }) => sum + amount, 0) < 0;
  }
}
