/**
 * The Stripe that a test asks: our model of it, or Stripe itself with a key for tests of one's own
 * (PUMASI_TEST_STRIPE_KEY, see `npm run test:stripe`), or with PUMASI_TEST_STRIPE_URL another server that takes the key. There,
 * time cannot be moved, nothing fails on request, and what earlier runs made is still there: tests that need the first two
 * are marked `onModel` and skipped.
 */
import Stripe from 'stripe';
import { StripeModel } from './model.js';
import { API_VERSION } from './store.js';

const OWN_KEY = process.env['PUMASI_TEST_STRIPE_KEY'];
if (OWN_KEY !== undefined && !/^(sk|rk)_test_/.test(OWN_KEY)) {
  throw new Error('PUMASI_TEST_STRIPE_KEY must be a key for tests (sk_test_..): with any other, money would move');
}

/** Where it is, when the key is one's own. */
const ELSEWHERE = process.env['PUMASI_TEST_STRIPE_URL'];

/** Is Stripe itself asked, or another server in its place? */
export const REAL = OWN_KEY !== undefined;
/** What only the model can do. */
export const onModel = REAL ? it.skip : it;
export const describeOnModel = REAL ? describe.skip : describe;

export interface Payer {
  readonly customer: string;
  readonly method: string;
}

export class EitherStripe {
  readonly stripe: Stripe;

  private constructor(
    private readonly ours: StripeModel | null,
    readonly key: string,
  ) {
    this.stripe = this.client(key);
  }

  static async start(): Promise<EitherStripe> {
    if (OWN_KEY !== undefined) return new EitherStripe(null, OWN_KEY);
    const model = await StripeModel.start();
    return new EitherStripe(model, model.key);
  }

  async stop(): Promise<void> {
    await this.ours?.stop();
  }

  /** The model, for what only it can do. */
  get model(): StripeModel {
    if (this.ours === null) throw new Error('Stripe itself is asked: mark the test with onModel');
    return this.ours;
  }

  /** The settings of a system that asks it. */
  settings(): { PUMASI_STRIPE_KEY: string; PUMASI_STRIPE_WEBHOOK_SECRET: string; PUMASI_STRIPE_URL?: string } {
    const settings = { PUMASI_STRIPE_KEY: this.key, PUMASI_STRIPE_WEBHOOK_SECRET: 'whsec_nobodytells' };
    return (
      this.ours?.settings() ?? (ELSEWHERE === undefined ? settings : { ...settings, PUMASI_STRIPE_URL: ELSEWHERE })
    );
  }

  /** Has the model tell a system what happens there; Stripe itself cannot reach it. */
  tells(systemUrl: string, automatic: boolean): void {
    this.ours?.tells(systemUrl, automatic);
  }

  get url(): string {
    return this.ours?.url ?? ELSEWHERE ?? 'https://api.stripe.com';
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
    const { hostname: host, port, protocol } = new URL(this.url);
    const where = protocol === 'http:' ? ({ host, port, protocol: 'http' } as const) : {};
    return new Stripe(key, { apiVersion: API_VERSION, maxNetworkRetries: 0, telemetry: false, ...where, ...config });
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
