/**
 * What Pumasi asks of Stripe to collect from members and to give back; stripe-methods.ts sets up what is charged,
 * stripe-payouts.ts pays providers, stripe-watch.ts looks on. Every command has an idempotency
 * key made of an id of ours, so that a repeated call never acts twice. Stripe forgets keys after a day, so whatever moves
 * money is first looked for by that id as well.
 */
import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { refuse } from '../kernel/refusal.js';
import { isRefusedForGood } from './refused.js';
import { methodKindsIn } from './rules/method-kinds.js';
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
  /** of our invoice; Stripe counts its own */
  readonly number: string;
  readonly customer: string;
  readonly currency: string;
  readonly lines: readonly { readonly description: string; readonly minor: bigint }[];
  /** "2026-03-15" */
  readonly dueOn: string;
}

/** An invoice at Stripe, the nth that was made of an order. */
interface Made {
  readonly id: string;
  readonly status: Stripe.Invoice['status'];
  readonly key: string;
  readonly nth: number;
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
            allowed_payment_method_types: methodKindsIn(currency),
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
   * Makes an invoice of these lines and finalises it, unless one that was made before asks for as much. One that asks for
   * another amount is taken back, and made again. One that is paid, or whose payment is under
   * way, is left as it is, whatever it asks for. It is not charged yet.
   * @returns its `metadata.invoiceId` is the order's, from the second one on with a number behind it
   * @throws Refusal 'stripe.amount' for less than Stripe charges: it would call that paid, and add it to the next invoice; and
   * for a customer with a balance at Stripe, which would be charged with it
   */
  async issueInvoice(order: InvoiceOrder): Promise<InvoiceState> {
    const { invoiceId, number, customer, currency, lines, dueOn } = order;
    for (const { minor } of lines) toStripe(minor, currency);
    const total = lines.reduce((sum, { minor }) => sum + minor, 0n);
    if (total > 0n) toCharge(total, currency);
    const last = (await this.invoicesOf(order)).at(-1);
    if (last && last.status !== 'void') {
      const kept = await this.unlessOther(await this.completed(last.id, last.key, order), last.key, total);
      if (kept) return kept;
    }
    const again = last === undefined ? '' : `-${last.nth + 1}`;
    const key = `${invoiceId}${again}`;
    const { id } = await this.client.ask((stripe) =>
      stripe.invoices.create(
        {
          customer,
          currency: currency.toLowerCase(),
          collection_method: 'charge_automatically',
          auto_advance: false,
          pending_invoice_items_behavior: 'exclude',
          payment_settings: { payment_method_types: methodKindsIn(currency) },
          // Not as its `number`: Stripe takes each but once of an account, and several agencies may count alike.
          description: `Invoice ${number}, due on ${dueOn}`,
          metadata: { invoiceId: key },
        },
        keyed('invoice', key),
      ),
    );
    const issued = await this.unlessOther(await this.completed(id, key, order), key, total);
    if (issued) return issued;
    throw refuse(
      'stripe.amount',
      `Stripe would not charge ${total} minor units of ${currency} for it, because the customer has a balance there.`,
    );
  }

  /** Takes an invoice back that would be charged with another amount. @returns null when it is taken back */
  private async unlessOther(invoice: InvoiceState, key: string, total: bigint): Promise<InvoiceState | null> {
    if (!isChargeable(invoice) || invoice.minorDue === total) return invoice;
    const taken = await this.voidInvoice({ invoiceId: key, stripeInvoice: invoice.id });
    // It was paid meanwhile: another one would charge for it again.
    return taken.status === 'void' ? null : taken;
  }

  /** Those that were made of an order, the last one last. */
  private async invoicesOf({ customer, invoiceId }: Pick<InvoiceOrder, 'customer' | 'invoiceId'>): Promise<Made[]> {
    const { data } = await this.client.ask((stripe) => stripe.invoices.list({ customer, limit: PAGE }));
    return data
      .flatMap(({ id, status, metadata }) => {
        const key = metadata?.['invoiceId'] ?? '';
        if (key === invoiceId) return [{ id, status, key, nth: 1 }];
        return key.startsWith(`${invoiceId}-`)
          ? [{ id, status, key, nth: Number(key.slice(invoiceId.length + 1)) }]
          : [];
      })
      .sort((one, other) => one.nth - other.nth);
  }

  /** Adds what a draft lacks of the lines and finalises it; any other invoice is left as it is. */
  private async completed(id: string, key: string, { customer, currency, lines }: InvoiceOrder): Promise<InvoiceState> {
    const present = await this.retrieveInvoice(id);
    if (present.status !== 'draft') return present;
    // Lines that an earlier try has added already are told by their place.
    const added = await this.client.ask((stripe) =>
      stripe.invoiceItems.list({ invoice: id, limit: PAGE }).autoPagingToArray({ limit: MOST_LINES }),
    );
    const places = new Set(added.map(({ metadata }) => metadata?.['place']));
    for (const [place, { description, minor }] of lines.entries()) {
      if (places.has(String(place))) continue;
      const amount = toStripe(minor, currency);
      await this.client.ask((stripe) =>
        stripe.invoiceItems.create(
          {
            customer,
            invoice: id,
            amount,
            currency: currency.toLowerCase(),
            description,
            metadata: { invoiceId: key, place: String(place) },
          },
          keyed('line', `${key}-${place}-${amount}`),
        ),
      );
    }
    await this.client.ask((stripe) =>
      stripe.invoices.finalizeInvoice(id, { auto_advance: false }, keyed('finalise', key)),
    );
    return this.retrieveInvoice(id);
  }

  /**
   * Charges an invoice without the member. What the bank declines is an answer: `payment.failure` says why. An invoice that is
   * paid, or whose payment is under way, is left as it is.
   * @param wish.attempt counts the tries: each is made once by each method, so that one whose answer was lost is made again
   * by the method that has taken its place. The invoice has one payment, which both would be of.
   */
  async payInvoice(wish: {
    invoiceId: string;
    attempt: number;
    stripeInvoice: string;
    paymentMethod: string;
  }): Promise<InvoiceState> {
    const { invoiceId, attempt, stripeInvoice, paymentMethod } = wish;
    return this.moved(stripeInvoice, isChargeable, (stripe) =>
      stripe.invoices.pay(
        stripeInvoice,
        { payment_method: paymentMethod, off_session: true },
        keyed('pay', `${invoiceId}-${attempt}-${paymentMethod}`),
      ),
    );
  }

  /** Asks for something that an invoice may have done to it. A refusal because it may not any more is an answer, too. */
  private async moved(
    id: string,
    may: (invoice: InvoiceState) => boolean,
    what: (stripe: Stripe) => Promise<unknown>,
  ): Promise<InvoiceState> {
    const present = await this.retrieveInvoice(id);
    if (!may(present)) return present;
    try {
      await this.client.asked(what);
    } catch (error) {
      if (!isDecline(error)) {
        const refusal = asRefusal(error);
        if (!isRefusedForGood(refusal) || may(await this.retrieveInvoice(id))) throw refusal;
      }
    }
    return this.retrieveInvoice(id);
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

  /**
   * Takes back an invoice that is not to be collected through Stripe any more. One that is paid, or whose payment is under
   * way, stays so.
   */
  async voidInvoice({ invoiceId, stripeInvoice }: { invoiceId: string; stripeInvoice: string }): Promise<InvoiceState> {
    return this.moved(stripeInvoice, isVoidable, (stripe) =>
      stripe.invoices.voidInvoice(stripeInvoice, {}, keyed('void', invoiceId)),
    );
  }

  /**
   * Takes back all invoices that were made of an order.
   * @returns those that stay: paid, or to be by what is under way
   */
  async voidInvoices(of: Pick<InvoiceOrder, 'invoiceId' | 'customer'>): Promise<InvoiceState[]> {
    const after: InvoiceState[] = [];
    for (const { id, key } of await this.invoicesOf(of)) {
      after.push(await this.voidInvoice({ invoiceId: key, stripeInvoice: id }));
    }
    // Nothing makes a draft final but our asking for it.
    return after.filter(({ status }) => status !== 'void' && status !== 'draft');
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

/** Can it be charged, and is nothing under way that does? */
function isChargeable({ status, payment }: InvoiceState): boolean {
  return status === 'open' && payment?.status !== 'processing';
}

function isVoidable(invoice: InvoiceState): boolean {
  return isChargeable(invoice) || invoice.status === 'uncollectible';
}
