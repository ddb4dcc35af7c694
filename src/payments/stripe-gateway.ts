/**
 * What Pumasi asks of Stripe to collect from members and to give back; stripe-methods.ts sets up what is charged,
 * stripe-payouts.ts pays providers, stripe-watch.ts looks on. Every command has an idempotency
 * key made of an id of ours, so that a repeated call never acts twice. Stripe forgets keys after a day, so whatever moves
 * money is first looked for by that id as well.
 */
import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { toCharge, toStripe } from './rules/stripe-amount.js';
import { keyed, StripeClient } from './stripe-client.js';
import { asRefusal, isDecline } from './stripe-errors.js';
import { INVOICE_PAYMENTS, readCharge, readDispute, readInvoice, readPayment, readRefund } from './stripe-reading.js';
import type { ChargeState, DisputeState, InvoiceState, PaymentState, RefundState } from './stripe-states.js';

/** The most that a list of Stripe's gives at once, the latest first. */
const PAGE = 100;
/** more than Stripe lets an invoice have */
const MOST_LINES = 1_000;

export interface InvoiceOrder {
  readonly invoiceId: string;
  readonly number: string;
  readonly customer: string;
  readonly currency: string;
  readonly lines: readonly { readonly description: string; readonly minor: bigint }[];
  /** "2026-03-15" */
  readonly dueOn: string;
}

@Injectable()
export class StripeGateway {
  constructor(private readonly client: StripeClient) {}

  /** Is there a key? Without one, everything is collected and paid out by bank transfer. */
  get on(): boolean {
    return this.client.on;
  }

  /** Charges a deposit without the member. What the bank declines is an answer: `failure` says why. */
  async chargeDeposit(wish: {
    depositId: string;
    customer: string;
    paymentMethod: string;
    minor: bigint;
    currency: string;
  }): Promise<PaymentState> {
    const { depositId, customer, paymentMethod, minor, currency } = wish;
    const amount = toCharge(minor, currency);
    const before = await this.client.ask((stripe) => stripe.paymentIntents.list({ customer, limit: PAGE }));
    const found = before.data.find(({ metadata }) => metadata['depositId'] === depositId);
    if (found) return readPayment(found);
    try {
      const made = await this.client.asked((stripe) =>
        stripe.paymentIntents.create(
          {
            amount,
            currency: currency.toLowerCase(),
            customer,
            payment_method: paymentMethod,
            allowed_payment_method_types: ['card', 'sepa_debit'],
            off_session: true,
            confirm: true,
            metadata: { depositId },
          },
          keyed('deposit', depositId),
        ),
      );
      return readPayment(made);
    } catch (error) {
      const failed = isDecline(error) ? (error as Stripe.errors.StripeCardError).payment_intent : undefined;
      if (failed) return this.retrievePaymentIntent(failed.id);
      throw asRefusal(error);
    }
  }

  async retrievePaymentIntent(id: string): Promise<PaymentState> {
    return readPayment(await this.client.ask((stripe) => stripe.paymentIntents.retrieve(id)));
  }

  /**
   * Makes an invoice of these lines and finalises it. It is not charged yet.
   * @throws Refusal 'stripe.amount' for less than Stripe charges: it would call that paid, and add it to the next invoice
   */
  async issueInvoice(order: InvoiceOrder): Promise<InvoiceState> {
    const { invoiceId, number, customer, currency, lines, dueOn } = order;
    const amounts = lines.map(({ minor }) => toStripe(minor, currency));
    const total = lines.reduce((sum, { minor }) => sum + minor, 0n);
    if (total > 0n) toCharge(total, currency);
    const before = await this.client.ask((stripe) => stripe.invoices.list({ customer, limit: PAGE }));
    const found = before.data.find(({ metadata }) => metadata?.['invoiceId'] === invoiceId);
    const invoice =
      found ??
      (await this.client.ask((stripe) =>
        stripe.invoices.create(
          {
            customer,
            currency: currency.toLowerCase(),
            number,
            collection_method: 'charge_automatically',
            auto_advance: false,
            pending_invoice_items_behavior: 'exclude',
            payment_settings: { payment_method_types: ['card', 'sepa_debit'] },
            description: `Due on ${dueOn}`,
            metadata: { invoiceId },
          },
          keyed('invoice', invoiceId),
        ),
      ));
    if (invoice.status !== 'draft') return this.retrieveInvoice(invoice.id);
    // Lines that an earlier try has added already are told by their place.
    const present = await this.client.ask((stripe) =>
      stripe.invoiceItems.list({ invoice: invoice.id, limit: PAGE }).autoPagingToArray({ limit: MOST_LINES }),
    );
    const places = new Set(present.map(({ metadata }) => metadata?.['place']));
    for (const [place, { description }] of lines.entries()) {
      if (places.has(String(place))) continue;
      await this.client.ask((stripe) =>
        stripe.invoiceItems.create(
          {
            customer,
            invoice: invoice.id,
            amount: amounts[place] ?? 0,
            currency: currency.toLowerCase(),
            description,
            metadata: { invoiceId, place: String(place) },
          },
          keyed('line', `${invoiceId}-${place}`),
        ),
      );
    }
    await this.client.ask((stripe) =>
      stripe.invoices.finalizeInvoice(invoice.id, { auto_advance: false }, keyed('finalise', invoiceId)),
    );
    return this.retrieveInvoice(invoice.id);
  }

  /**
   * Charges an invoice without the member. What the bank declines is an answer: `payment.failure` says why. An invoice that is
   * paid, or whose payment is under way, is left as it is.
   * @param wish.attempt counts the tries: each is made once
   */
  async payInvoice(wish: {
    invoiceId: string;
    attempt: number;
    stripeInvoice: string;
    paymentMethod: string;
  }): Promise<InvoiceState> {
    const { invoiceId, attempt, stripeInvoice, paymentMethod } = wish;
    const present = await this.retrieveInvoice(stripeInvoice);
    if (present.status !== 'open' || present.payment?.status === 'processing') return present;
    try {
      await this.client.asked((stripe) =>
        stripe.invoices.pay(
          stripeInvoice,
          { payment_method: paymentMethod, off_session: true },
          keyed('pay', `${invoiceId}-${attempt}`),
        ),
      );
    } catch (error) {
      if (!isDecline(error)) throw asRefusal(error);
    }
    return this.retrieveInvoice(stripeInvoice);
  }

  async retrieveInvoice(id: string): Promise<InvoiceState> {
    return readInvoice(await this.client.ask((stripe) => stripe.invoices.retrieve(id, { expand: [INVOICE_PAYMENTS] })));
  }

  /** The invoice that a payment is of, or null. */
  async invoiceOf(paymentIntent: string): Promise<string | null> {
    const payment = { type: 'payment_intent', payment_intent: paymentIntent } as const;
    const { data } = await this.client.ask((stripe) => stripe.invoicePayments.list({ payment, limit: 1 }));
    const invoice = data[0]?.invoice ?? null;
    return typeof invoice === 'string' ? invoice : (invoice?.id ?? null);
  }

  /** Takes back an invoice that is not to be collected through Stripe any more. One that is paid stays so. */
  async voidInvoice(wish: { invoiceId: string; stripeInvoice: string }): Promise<InvoiceState> {
    const present = await this.retrieveInvoice(wish.stripeInvoice);
    if (present.status === 'open' || present.status === 'uncollectible') {
      await this.client.ask((stripe) =>
        stripe.invoices.voidInvoice(wish.stripeInvoice, {}, keyed('void', wish.invoiceId)),
      );
    }
    return this.retrieveInvoice(wish.stripeInvoice);
  }

  async refund(wish: {
    refundId: string;
    paymentIntent: string;
    minor: bigint;
    currency: string;
  }): Promise<RefundState> {
    const { refundId, paymentIntent, minor, currency } = wish;
    const amount = toStripe(minor, currency);
    const before = await this.client.ask((stripe) =>
      stripe.refunds.list({ payment_intent: paymentIntent, limit: PAGE }),
    );
    const found = before.data.find(({ metadata }) => metadata?.['refundId'] === refundId);
    if (found) return readRefund(found);
    const params = { payment_intent: paymentIntent, amount, metadata: { refundId } };
    return readRefund(await this.client.ask((stripe) => stripe.refunds.create(params, keyed('refund', refundId))));
  }

  async retrieveRefund(id: string): Promise<RefundState> {
    return readRefund(await this.client.ask((stripe) => stripe.refunds.retrieve(id)));
  }

  async retrieveDispute(id: string): Promise<DisputeState> {
    return readDispute(await this.client.ask((stripe) => stripe.disputes.retrieve(id)));
  }

  async retrieveCharge(id: string): Promise<ChargeState> {
    return readCharge(await this.client.ask((stripe) => stripe.charges.retrieve(id)));
  }
}
