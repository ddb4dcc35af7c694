/**
 * What Pumasi reads of Stripe's objects: states, amounts in minor units, and ids. Nothing of a card or a bank account but
 * what people tell theirs by: kind, brand and last four digits.
 */
import type { MethodKind } from './rules/method-kinds.js';

/** Why something did not go through, in Stripe's words for programs. */
export interface StripeFailure {
  /** such as card_declined, authentication_required, payment_method_unactivated */
  readonly code: string;
  /** what the bank said of a card, such as insufficient_funds */
  readonly declineCode: string | null;
}

/** Our own ids, as we put them on Stripe's object. */
export type StripeMetadata = Readonly<Record<string, string>>;

export interface SetupState {
  readonly id: string;
  readonly status:
    'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'processing' | 'canceled' | 'succeeded';
  readonly customer: string | null;
  /** the method that was confirmed, once succeeded */
  readonly method: MethodState | null;
  readonly failure: StripeFailure | null;
  readonly metadata: StripeMetadata;
}

export interface MethodState {
  readonly id: string;
  /** null once it is detached: it cannot be charged any more */
  readonly customer: string | null;
  /** null when it is of a kind that Pumasi does not use */
  readonly kind: MethodKind | null;
  /** the brand of a card, the country of a bank account */
  readonly brand: string | null;
  readonly lastFour: string | null;
}

export type PaymentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'canceled'
  | 'succeeded';

export interface PaymentState {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly minor: bigint;
  /** upper case, as everywhere in Pumasi */
  readonly currency: string;
  readonly customer: string | null;
  /** the latest charge, which refunds and disputes are about */
  readonly charge: string | null;
  readonly failure: StripeFailure | null;
  readonly metadata: StripeMetadata;
}

export interface InvoiceState {
  readonly id: string;
  readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
  readonly customer: string | null;
  readonly currency: string;
  readonly minorDue: bigint;
  readonly minorPaid: bigint;
  /** paid in name only: Stripe does not charge so little, and adds it to the customer's next invoice */
  readonly carried: boolean;
  /** the payment by which it is collected; null before it is finalised, and when there is nothing to pay */
  readonly payment: PaymentState | null;
  readonly metadata: StripeMetadata;
}

export interface RefundState {
  readonly id: string;
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  readonly minor: bigint;
  readonly currency: string;
  readonly charge: string | null;
  readonly paymentIntent: string | null;
  readonly failure: string | null;
  readonly metadata: StripeMetadata;
}

export interface DisputeState {
  readonly id: string;
  readonly status:
    | 'warning_needs_response'
    | 'warning_under_review'
    | 'warning_closed'
    | 'needs_response'
    | 'under_review'
    | 'appeal_needs_response'
    | 'appeal_under_review'
    | 'prevented'
    | 'won'
    | 'lost';
  /** an inquiry takes none; what is won is given back some time later */
  readonly money: 'untouched' | 'withdrawn' | 'returned';
  readonly minor: bigint;
  readonly currency: string;
  readonly charge: string;
  readonly paymentIntent: string | null;
  readonly reason: string;
}

export interface ChargeState {
  readonly id: string;
  readonly status: 'succeeded' | 'pending' | 'failed';
  readonly minor: bigint;
  readonly minorRefunded: bigint;
  readonly currency: string;
  readonly paymentIntent: string | null;
  readonly disputed: boolean;
}

export interface TransferState {
  readonly id: string;
  readonly minor: bigint;
  readonly minorReversed: bigint;
  readonly currency: string;
  readonly account: string | null;
  readonly metadata: StripeMetadata;
}

export interface AccountState {
  readonly id: string;
  readonly country: string | null;
  /** the provider has given Stripe everything that it asked for */
  readonly detailsSubmitted: boolean;
  /** transfers to it are possible */
  readonly transfersActive: boolean;
  /** Stripe pays out of it to the provider's bank */
  readonly payoutsEnabled: boolean;
  /** what keeps it from being used, in Stripe's words for programs */
  readonly disabledReason: string | null;
  readonly metadata: StripeMetadata;
}

/** An event as a list names it: which object changed, and when. The object itself is always read again. */
export interface EventState {
  readonly id: string;
  readonly type: string;
  readonly objectKind: string;
  readonly objectId: string | null;
  /** the connected account that it happened at; null for our own */
  readonly account: string | null;
  readonly livemode: boolean;
  readonly createdAt: Date;
}

/** What Stripe keeps of money that it moves, by the id of the movement. */
export interface CostState {
  readonly id: string;
  readonly minor: bigint;
  /** of our balance */
  readonly currency: string;
  /** whose charge, refund or dispute it is of */
  readonly paymentIntent: string | null;
  /** it is of no payment, but is asked of the account as a whole, or of its payouts to the bank */
  readonly ofAccount: boolean;
}

/** Money that has left Stripe for the bank of our account, or the bank for Stripe, or has come back from there. */
export interface BankMoveState {
  /** of the payout, or of the top-up, at Stripe */
  readonly id: string;
  /** as it left Stripe; below zero it was taken from the bank */
  readonly minor: bigint;
  readonly currency: string;
  /** this is its way back: it did not arrive */
  readonly returned: boolean;
  /** it has come back, be this its way back or the way it left; how it came back may be on another page of the list */
  readonly cameBack: boolean;
}

/** What one currency's balance at Stripe holds. */
export interface BalanceState {
  readonly currency: string;
  readonly minorAvailable: bigint;
  readonly minorPending: bigint;
}
