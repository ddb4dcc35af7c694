/**
 * The tests' Stripe: our own model of the part of Stripe that Pumasi uses, on loopback. It is strict where Stripe is
 * (routes, parameters, versions, keys), has a clock of its own, and fails as it is told. It is not Stripe: that the real
 * one behaves so is shown by `npm run test:stripe` alone.
 */
import { randomBytes } from 'node:crypto';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Charging } from './charging.js';
import { Deliveries, type Endpoint } from './deliveries.js';
import { ModelError, unfit } from './errors.js';
import { Keys } from './keys.js';
import { decode, type Form, list, readForm, text } from './params.js';
import type { Given, Route, Rows } from './route.js';
import { completeAccount, CONNECT_ROUTES } from './routes-connect.js';
import { authenticate, CUSTOMER_ROUTES } from './routes-customers.js';
import { followPayment, INVOICE_ROUTES } from './routes-invoices.js';
import { PAYMENT_ROUTES } from './routes-payments.js';
import { API_VERSION, listOf, shown, Store, type Thing } from './store.js';
import { type Call, type Failing, Wire } from './wire.js';

export const ROUTES: readonly Route[] = [...CUSTOMER_ROUTES, ...PAYMENT_ROUTES, ...INVOICE_ROUTES, ...CONNECT_ROUTES];
const LIST_DEFAULT = 10;
const LIST_LIMIT = 100;
const EXPAND_DEPTH = 4;

export class StripeModel {
  readonly publishableKey: string;
  readonly webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;
  readonly connectSecret = `whsec_${randomBytes(16).toString('hex')}`;
  readonly deliveries = new Deliveries();
  readonly wire = new Wire();
  readonly store: Store;
  readonly charging: Charging;
  /** sees what every request was answered with: the route, the status and the body */
  onAnswer: (route: Route, status: number, body: string) => void = () => {};
  private readonly keys: Keys;
  private readonly app: FastifyInstance;
  private requests = 0;
  url = '';

  private constructor(readonly key: string) {
    this.publishableKey = key.replace('sk_', 'pk_');
    this.store = new Store(randomBytes(3).toString('hex'), (event) => this.deliveries.announce(event));
    this.charging = new Charging(this.store);
    this.charging.onInvoice = (payment) => followPayment(this.store, payment);
    this.keys = new Keys(() => this.store.now());
    this.app = fastify({ forceCloseConnections: true });
    this.app.removeAllContentTypeParsers();
    this.app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    for (const route of ROUTES) {
      this.app.route({
        method: route.method,
        url: route.path,
        handler: (request, reply) => this.answer(route, request, reply),
      });
    }
    this.app.setNotFoundHandler((request, reply) => {
      const what = `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`;
      void this.fail(reply, unfit(what, {}, 404));
    });
    this.app.setErrorHandler((error, _request, reply) => this.fail(reply, error));
  }

  static async start(key = `sk_test_model${randomBytes(8).toString('hex')}`): Promise<StripeModel> {
    const model = new StripeModel(key);
    model.url = await model.app.listen({ port: 0, host: '127.0.0.1' });
    return model;
  }

  async stop(): Promise<void> {
    this.deliveries.automatic = false;
    await this.deliveries.idle();
    await this.app.close();
  }

  /** The settings of a system that uses it. */
  settings(): { PUMASI_STRIPE_KEY: string; PUMASI_STRIPE_URL: string; PUMASI_STRIPE_WEBHOOK_SECRET: string } {
    return {
      PUMASI_STRIPE_KEY: this.key,
      PUMASI_STRIPE_URL: this.url,
      PUMASI_STRIPE_WEBHOOK_SECRET: `${this.webhookSecret},${this.connectSecret}`,
    };
  }

  /** Whom events are told to: a system's own address. */
  tells(systemUrl: string, automatic = true): void {
    const url = `${systemUrl}/api/v1/stripe/events`;
    this.deliveries.endpoint = {
      url,
      secret: this.webhookSecret,
      connectSecret: this.connectSecret,
    } satisfies Endpoint;
    this.deliveries.automatic = automatic;
  }

  /** The next requests of this route ("POST /v1/transfers") fail. */
  failNext(route: string, how: Failing, times = 1): void {
    this.wire.failNext(route, how, times);
  }

  /** Nothing fails any more. */
  mend(): void {
    this.wire.mend();
  }

  /** every request, in order */
  get calls(): readonly Call[] {
    return this.wire.calls;
  }

  /** Lets days pass at Stripe. */
  advanceDays(days: number): void {
    this.store.advance(days * 86_400);
  }

  /** The member answers its bank, which asked who it is. */
  authenticate(setupIntent: string): void {
    authenticate(this.store, setupIntent);
  }

  /** The provider enters its details. */
  completeAccount(id: string): void {
    completeAccount(this.store, id);
  }

  /** The member's bank takes back what was charged by this payment, or asks first. */
  dispute(paymentIntent: string, reason = 'fraudulent', inquiry = false): string {
    const charge = this.store.get('charge', String(this.store.get('payment_intent', paymentIntent)['latest_charge']));
    return this.charging.dispute(charge, reason, inquiry).id;
  }

  /** A bank that only asked takes the money, or one that had given it back takes it again. */
  withdraw(id: string, status: 'needs_response' | 'prevented' | 'lost'): void {
    this.charging.withdraw(this.store.get('dispute', id), status);
  }

  closeDispute(id: string, outcome: 'won' | 'lost' | 'warning_closed'): void {
    this.charging.closeDispute(this.store.get('dispute', id), outcome);
  }

  /** Stripe pays out to the bank of the account, and asks a fee for it. @returns the payout's id */
  payOutToBank(currency: string, amount: number, fee = 0): string {
    const { id } = this.store.add('payout', {
      amount,
      currency,
      status: 'in_transit',
      automatic: true,
      failure_balance_transaction: null,
    });
    this.store.book('available', { currency, amount: -amount, fee, type: 'payout', source: id });
    return id;
  }

  /** The bank does not take it, or somebody cancels it. @param fee below zero it is given back */
  bringBack(id: string, status: 'failed' | 'canceled' = 'failed', fee = 0): void {
    const payout = this.store.get('payout', id);
    payout['status'] = status;
    const type = status === 'failed' ? 'payout_failure' : 'payout_cancel';
    const [amount, currency] = [payout['amount'] as number, payout['currency'] as string];
    const back = this.store.book('available', { currency, amount, fee, type, source: id });
    payout['failure_balance_transaction'] = back.id;
  }

  /** The account is filled up from its bank. @returns the top-up's id */
  topUpFromBank(currency: string, amount: number): string {
    const { id } = this.store.add('topup', { amount, currency, status: 'succeeded' });
    this.store.book('available', { currency, amount, type: 'topup', source: id });
    return id;
  }

  /** The bank takes back what it gave, or does not give what Stripe has counted already. */
  reverseTopUp(id: string, status: 'reversed' | 'failed' = 'reversed'): void {
    const topUp = this.store.get('topup', id);
    topUp['status'] = status;
    const [amount, currency] = [topUp['amount'] as number, topUp['currency'] as string];
    this.store.book('available', { currency, amount: -amount, type: 'topup_reversal', source: id });
  }

  /** How often a route was done in fact: repetitions of a key are answered without doing anything. */
  done(route: string): number {
    return this.wire.done(route);
  }

  private async answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const name = `${route.method} ${route.path}`;
    const ids = request.params as Record<string, string>;
    const key = (request.headers['idempotency-key'] as string | undefined) ?? null;
    const form = this.admit(route, request);
    const fate = this.wire.fate(name);
    const print = JSON.stringify([request.method, request.url.split('?')[0], form]);
    const kept = key !== null && route.method === 'POST' ? this.keys.answerOf(key, print) : null;
    this.wire.calls.push({ route: name, key, replayed: kept !== null });
    const { status, body } = kept ?? this.perform(route, form, ids, key, print, request);
    this.onAnswer(route, status, body);
    if (fate === 'reset') {
      request.raw.socket.destroy();
      return reply.hijack();
    }
    if (fate === 'timeout') return reply.hijack();
    void this.head(reply, status);
    if (key !== null) void reply.header('idempotency-key', key);
    if (kept) void reply.header('idempotent-replayed', 'true');
    return reply.send(body);
  }

  /** Who asks, in which version, and with what. */
  private admit(route: Route, request: FastifyRequest): Form {
    const { authorization = '', 'stripe-version': version, 'idempotency-key': key } = request.headers;
    const browser = this.isBrowser(route, request);
    if (authorization === `Bearer ${this.publishableKey}` && !browser) {
      const why = 'This API call cannot be made with a publishable API key.';
      throw unfit(why, { code: 'secret_key_required' }, 403);
    }
    if (authorization !== `Bearer ${this.key}` && !browser) throw unfit('Invalid API Key provided.', {}, 401);
    if (version !== API_VERSION) throw unfit(`Invalid Stripe API version: ${String(version)}`);
    if (typeof key === 'string' && key.length > 255) throw unfit('Idempotency keys have at most 255 characters.');
    if (route.method === 'GET') return decode(request.url.split('?')[1] ?? '');
    const type = request.headers['content-type'] ?? '';
    const body = (request.body as string | undefined) ?? '';
    if (body !== '' && !type.startsWith('application/x-www-form-urlencoded')) {
      throw unfit(`Invalid request (check that your POST content type is application/x-www-form-urlencoded).`);
    }
    const form = decode(body);
    if (browser && form['client_secret'] === undefined) throw unfit('Invalid API Key provided.', {}, 401);
    if (form['payment_method_types'] !== undefined) {
      throw unfit('payment_method_types is no longer supported.', { code: 'payment_method_types_no_longer_supported' });
    }
    return form;
  }

  private isBrowser(route: Route, request: FastifyRequest): boolean {
    return route.browserShape !== undefined && request.headers.authorization === `Bearer ${this.publishableKey}`;
  }

  private perform(
    route: Route,
    form: Form,
    ids: Readonly<Record<string, string>>,
    key: string | null,
    print: string,
    request: FastifyRequest,
  ): { status: number; body: string } {
    let status = 200;
    let body: string;
    try {
      const more = this.isBrowser(route, request) ? route.browserShape : {};
      const { expand = [], ...input } = readForm(form, { ...route.shape, ...more, expand: list(text) });
      const result = route.run({ store: this.store, charging: this.charging }, input, ids);
      body = JSON.stringify(this.present(route, result, expand, input, request));
    } catch (error) {
      if (!(error instanceof ModelError) || error.early) throw error;
      status = error.status;
      body = JSON.stringify({ error: errorBody(error) });
    }
    if (key !== null && route.method === 'POST') this.keys.keep(key, print, status, body);
    return { status, body };
  }

  private present(route: Route, result: object, expanding: string[], input: Given, request: FastifyRequest): object {
    for (const path of expanding) {
      if (route.expands?.includes(path) !== true || path.split('.').length > EXPAND_DEPTH) {
        throw unfit(`This property cannot be expanded (${path}).`, { param: 'expand' });
      }
    }
    if (!('rows' in result)) return shown(result as Thing, expanding, this.store);
    const { rows, more } = pageOf((result as Rows).rows, input);
    return listOf(
      request.url.split('?')[0] ?? '',
      rows.map((row) =>
        shown(
          row as Thing,
          expanding.map((path) => path.replace(/^data\./, '')),
          this.store,
        ),
      ),
      more,
    );
  }

  private head(reply: FastifyReply, status: number): FastifyReply {
    this.requests += 1;
    return reply
      .status(status)
      .header('request-id', `req_model${this.requests}`)
      .header('stripe-version', API_VERSION)
      .type('application/json');
  }

  private fail(reply: FastifyReply, error: unknown): FastifyReply {
    if (error instanceof ModelError)
      return this.head(reply, error.status).send(JSON.stringify({ error: errorBody(error) }));
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return this.head(reply, 500).send(JSON.stringify({ error: { type: 'api_error', message: `model: ${message}` } }));
  }
}

/** Objects within an error are shown as everywhere. */
function errorBody({ body }: ModelError): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? shown(value as Thing) : value,
    ]),
  );
}

function pageOf(all: Rows['rows'], input: Given): { rows: Rows['rows']; more: boolean } {
  const limit = (input.limit as number | undefined) ?? LIST_DEFAULT;
  if (limit < 1 || limit > LIST_LIMIT) throw unfit('Invalid limit', { param: 'limit' });
  const placeOf = (name: string): number | null => {
    const id = input[name] as string | undefined;
    if (id === undefined) return null;
    const place = all.findIndex((row) => row.id === id);
    if (place < 0) throw unfit(`No such object: '${id}'`, { code: 'resource_missing', param: name });
    return place;
  };
  const after = placeOf('starting_after');
  const before = placeOf('ending_before');
  if (after !== null && before !== null) throw unfit('Give either starting_after or ending_before.');
  if (before !== null) {
    const from = Math.max(0, before - limit);
    return { rows: all.slice(from, before), more: from > 0 };
  }
  const from = after === null ? 0 : after + 1;
  return { rows: all.slice(from, from + limit), more: all.length > from + limit };
}
