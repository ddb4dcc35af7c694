/**
 * The Stripe that a test asks, whichever it is (ways.ts), and what happens at it: the same words for both. Days pass in the
 * model's own clock; elsewhere the test waits for what its payment method lets happen within minutes.
 */
import Stripe from 'stripe';
import type { Deliveries, Manner } from './deliveries.js';
import { clientAt, Elsewhere } from './elsewhere.js';
import { StripeModel } from './model.js';
import { API_VERSION, type ModelEvent } from './store.js';
import { OWN_ACCOUNT, OWN_KEY, OWN_PUBLISHABLE_KEY, TARGET } from './ways.js';
import type { Wire } from './wire.js';

/** By the model's clock everything has happened after so many days, */
const DAYS = 14;
/** elsewhere after so long. */
const COMES_WITHIN_MILLIS = 300_000;
const LOOK_EVERY_MILLIS = 1_000;
const START_MINOR = 50_000;
/** Some euros of a charge are kept by Stripe. */
const MOST_FEES = 1_000;

export interface Payer {
  readonly customer: string;
  readonly method: string;
}

export class EitherStripe {
  readonly stripe: Stripe;

  private constructor(
    private readonly at: StripeModel | Elsewhere,
    readonly key: string,
    /** what a browser asks with */
    readonly publishableKey: string,
  ) {
    this.stripe = this.client(key);
  }

  static async start(): Promise<EitherStripe> {
    if (OWN_KEY !== undefined) {
      const elsewhere = await Elsewhere.start(TARGET, OWN_KEY);
      const asked = new EitherStripe(elsewhere, OWN_KEY, OWN_PUBLISHABLE_KEY ?? '');
      // What is given back, and what a dispute takes, comes out of what is available.
      try {
        await asked.fund(START_MINOR);
      } catch (error) {
        await asked.stop();
        throw error;
      }
      return asked;
    }
    const model = await StripeModel.start();
    return new EitherStripe(model, model.key, model.publishableKey);
  }

  async stop(): Promise<void> {
    await this.at.stop();
  }

  /** The model, for what only it can do. */
  get model(): StripeModel {
    if (this.at instanceof StripeModel) return this.at;
    throw new Error('Stripe itself is asked: mark the test with onModel');
  }

  /** Was nothing there before the test? */
  get fresh(): boolean {
    return this.at instanceof StripeModel;
  }

  get url(): string {
    return this.at.url;
  }

  get webhookSecret(): string {
    return this.at.webhookSecret;
  }

  get connectSecret(): string {
    return this.at.connectSecret;
  }

  /** The requests on their way. */
  get wire(): Wire {
    return this.at.wire;
  }

  get deliveries(): Deliveries {
    return this.at.deliveries;
  }

  /** Shows what every request is answered with: its route ("POST /v1/transfers"), the status and the body. */
  watch(see: (route: string, status: number, body: string) => void): void {
    if (this.at instanceof Elsewhere) this.at.onAnswer = see;
    else this.at.onAnswer = ({ method, path }, status, body) => see(`${method} ${path}`, status, body);
  }

  /** The settings of a system that asks it. */
  settings(): { PUMASI_STRIPE_KEY: string; PUMASI_STRIPE_WEBHOOK_SECRET: string; PUMASI_STRIPE_URL: string } {
    return {
      PUMASI_STRIPE_KEY: this.key,
      PUMASI_STRIPE_WEBHOOK_SECRET: `${this.webhookSecret},${this.connectSecret}`,
      PUMASI_STRIPE_URL: this.url,
    };
  }

  /** Whom events are told to: by the model at once if that is wanted, otherwise, and elsewhere, when a test says so. */
  tells(systemUrl: string, automatic: boolean): void {
    const { webhookSecret: secret, connectSecret } = this;
    this.deliveries.endpoint = { url: `${systemUrl}/api/v1/stripe/events`, secret, connectSecret };
    this.deliveries.automatic = automatic && this.fresh;
  }

  /** Everything that has happened is known, and can be told. */
  async catchUp(): Promise<void> {
    if (this.at instanceof Elsewhere) await this.at.catchUp();
  }

  /** Tells what has happened and nobody was told of. @returns the statuses */
  async deliver(manner: Manner): Promise<number[]> {
    await this.catchUp();
    return this.deliveries.deliver(manner);
  }

  /** Everything that has happened has been told, in its order. */
  async told(): Promise<void> {
    if (this.fresh) await this.deliveries.idle();
    else await this.deliver({ seed: 1 });
  }

  /** Nobody will be told of what has happened so far. */
  async lose(): Promise<void> {
    await this.catchUp();
    this.deliveries.lose();
  }

  /** The event of this type about this object. @throws Error when there is none */
  async eventOf(type: string, id: string): Promise<ModelEvent> {
    await this.catchUp();
    const about = (event: ModelEvent): boolean => (event.data.object as { id?: string }).id === id;
    const found = this.deliveries.announced.findLast((event) => event.type === type && about(event));
    if (!found) throw new Error(`there is no ${type} of ${id}`);
    return found;
  }

  /** Waits for what comes by itself. @throws Error when it does not */
  async comes(so: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + COMES_WITHIN_MILLIS;
    for (let days = 0; !(await so()); days += 1) {
      if (this.at instanceof StripeModel ? days >= DAYS : Date.now() > until) throw new Error('it has not come');
      if (this.at instanceof StripeModel) this.at.advanceDays(1);
      else await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLIS));
    }
  }

  /** The bank has answered to a direct debit. */
  async debited(paymentIntent: string): Promise<Stripe.PaymentIntent> {
    const look = async (): Promise<Stripe.PaymentIntent> => this.stripe.paymentIntents.retrieve(paymentIntent);
    await this.comes(async () => (await look()).status !== 'processing');
    return look();
  }

  /** The dispute of what was charged to pm_card_createDispute, or the inquiry of pm_card_createDisputeInquiry. */
  async disputeOf(paymentIntent: string): Promise<Stripe.Dispute> {
    const look = async (): Promise<Stripe.Dispute | undefined> =>
      (await this.stripe.disputes.list({ payment_intent: paymentIntent })).data[0];
    await this.comes(async () => (await look()) !== undefined);
    return (await look()) as Stripe.Dispute;
  }

  /** The bank decides as the evidence says. */
  async decide(dispute: string, outcome: 'won' | 'lost'): Promise<void> {
    const text = outcome === 'won' ? 'winning_evidence' : 'losing_evidence';
    await this.stripe.disputes.update(dispute, { evidence: { uncategorized_text: text }, submit: true });
    await this.comes(async () => (await this.stripe.disputes.retrieve(dispute)).status === outcome);
  }

  /** A provider's account that takes transfers: elsewhere always the same. */
  async account(): Promise<string> {
    if (!(this.at instanceof StripeModel)) return OWN_ACCOUNT ?? '';
    const made = await this.stripe.accounts.create({
      type: 'express',
      country: 'DE',
      business_profile: { name: 'Provider' },
      capabilities: { transfers: { requested: true } },
    });
    this.at.completeAccount(made.id);
    return made.id;
  }

  /** So much can be transferred, whatever is there already. */
  async fund(minor: number): Promise<void> {
    await this.charge(await this.payer('pm_card_bypassPending'), minor + MOST_FEES);
  }

  /** Posts a form as it is, without the library. */
  async raw(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      body,
      headers: {
        authorization: `Bearer ${this.key}`,
        'stripe-version': API_VERSION,
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
    });
  }

  client(key: string, config: Partial<Stripe.StripeConfig> = {}): Stripe {
    return clientAt(this.url, key, config);
  }

  /** What a browser does: gives a method for a SetupIntent, by its secret. @returns the answer's status */
  async confirmInBrowser(clientSecret: string, method: string): Promise<number> {
    const [id = ''] = clientSecret.split('_secret_');
    const body = new URLSearchParams({ payment_method: method, client_secret: clientSecret });
    body.set('return_url', 'https://pumasi.example/back');
    if (method.endsWith('_de')) {
      body.set('mandate_data[customer_acceptance][type]', 'online');
      body.set('mandate_data[customer_acceptance][online][infer_from_client]', 'true');
    }
    const headers = { authorization: `Bearer ${this.publishableKey}`, 'stripe-version': API_VERSION };
    return (await fetch(`${this.url}/v1/setup_intents/${id}/confirm`, { method: 'POST', headers, body })).status;
  }

  /** The member gives a method for a SetupIntent: one of Stripe's methods for tests. */
  async confirm(setupIntent: string, method: string): Promise<Stripe.SetupIntent> {
    return this.stripe.setupIntents.confirm(setupIntent, {
      payment_method: method,
      return_url: 'https://pumasi.example/back',
      ...(method.endsWith('_de')
        ? {
            mandate_data: {
              customer_acceptance: { type: 'online', online: { ip_address: '127.0.0.1', user_agent: 'test' } },
            },
          }
        : {}),
    });
  }

  /** A customer with a method that is set up. @param known another method of one that there is */
  async payer(token = 'pm_card_visa', known?: string): Promise<Payer> {
    const customer = known ?? (await this.stripe.customers.create({ name: `Test ${token}` })).id;
    const setup = await this.stripe.setupIntents.create({
      customer,
      allowed_payment_method_types: ['card', 'sepa_debit'],
    });
    const { payment_method: method } = await this.confirm(setup.id, token);
    return { customer, method: idOf(method) };
  }

  /** Charges without the member, in euros. */
  async charge(
    { customer, method }: Payer,
    amount = 5_000,
    options: Stripe.RequestOptions = {},
  ): Promise<Stripe.Response<Stripe.PaymentIntent>> {
    return this.stripe.paymentIntents.create(
      {
        amount,
        currency: 'eur',
        customer,
        payment_method: method,
        allowed_payment_method_types: ['card', 'sepa_debit'],
        off_session: true,
        confirm: true,
      },
      options,
    );
  }

  /** A final invoice of these lines. */
  async invoice(customer: string, amounts: readonly number[], currency = 'eur'): Promise<Stripe.Invoice> {
    const invoice = await this.stripe.invoices.create({
      customer,
      currency,
      auto_advance: false,
      pending_invoice_items_behavior: 'exclude',
      payment_settings: { payment_method_types: ['card', 'sepa_debit'] },
    });
    for (const amount of amounts) {
      await this.stripe.invoiceItems.create({ customer, invoice: invoice.id, amount, currency, description: 'line' });
    }
    return this.stripe.invoices.finalizeInvoice(invoice.id, { auto_advance: false, expand: ['payments'] });
  }
}

/** The id of what Stripe shows as an id, or whole. */
export function idOf(reference: string | { readonly id: string } | null): string {
  return typeof reference === 'string' ? reference : (reference?.id ?? '');
}

/** The error by which Stripe refuses. @throws Error when it does not */
export async function refusal(work: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return work.then(
    () => {
      throw new Error('was accepted');
    },
    (error: unknown) => {
      if (error instanceof Stripe.errors.StripeError) return error;
      throw error;
    },
  );
}
