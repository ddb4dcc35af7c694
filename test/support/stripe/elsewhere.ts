/**
 * Stripe itself, or another server in its place. Between it and the tests stands a server of the tests' own, through which all
 * is asked: so an answer can be lost on its way, and what was done once can be counted. What happened there is listed, as no
 * webhook reaches a developer's machine, and told from here with a signature of the tests' own, as `stripe listen` does.
 */
import { randomBytes } from 'node:crypto';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import Stripe from 'stripe';
import { Deliveries } from './deliveries.js';
import { ModelError } from './errors.js';
import { ROUTES } from './model.js';
import { API_VERSION, type ModelEvent } from './store.js';
import { Wire } from './wire.js';

/** What must not be handed on: it is about the connection to us. */
const OURS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
]);
const THEIRS: readonly string[] = [
  'content-type',
  'request-id',
  'idempotency-key',
  'idempotent-replayed',
  'retry-after',
  'stripe-should-retry',
  'stripe-version',
];
/** An event is listed some time after it happened: so much is looked at again, */
const OVERLAP_SECONDS = 60;
/** and so long it may take. */
const LISTED_WITHIN_MILLIS = 120_000;
const MOST_EVENTS = 10_000;

const PATTERNS = ROUTES.map(({ method, path }) => ({
  name: `${method} ${path}`,
  method,
  pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
}));

/** "POST /v1/invoices/:id/pay", or what is asked for when the model has no such route. */
function routeOf(method: string, path: string): string {
  const known = PATTERNS.find((each) => each.method === method && each.pattern.test(path));
  return known?.name ?? `${method} ${path}`;
}

/** Stripe's own library, which asks there. */
export function clientAt(url: string, key: string, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname: host, port, protocol } = new URL(url);
  const where = { host, port: port === '' ? 443 : port, protocol: protocol === 'http:' ? 'http' : 'https' } as const;
  return new Stripe(key, { apiVersion: API_VERSION, maxNetworkRetries: 0, telemetry: false, ...where, ...config });
}

export class Elsewhere {
  readonly wire = new Wire();
  readonly deliveries = new Deliveries();
  readonly webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;
  readonly connectSecret = `whsec_${randomBytes(16).toString('hex')}`;
  /** sees what every request was answered with */
  onAnswer: (route: string, status: number, body: string) => void = () => {};
  /** where the tests and their systems ask */
  url = '';
  private readonly app: FastifyInstance;
  private readonly seen = new Set<string>();
  /** seconds since 1970 by Stripe's clock, before which nothing is looked at */
  private since = 0;

  private constructor(
    private readonly target: string,
    /** asks without our server between */
    private readonly direct: Stripe,
    private readonly lookEveryMillis: number,
  ) {
    this.app = fastify({ forceCloseConnections: true });
    this.app.removeAllContentTypeParsers();
    this.app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    this.app.all('/*', (request, reply) => this.pass(request, reply));
    this.app.setErrorHandler((error, _request, reply) => {
      const [status, body] =
        error instanceof ModelError
          ? [error.status, error.body]
          : [502, { type: 'api_error', message: `The tests cannot reach it: ${String(error)}` }];
      return reply.status(status).send({ error: body });
    });
  }

  /** @param target where it is */
  static async start(target: string, key: string): Promise<Elsewhere> {
    const direct = clientAt(target, key, { maxNetworkRetries: 2 });
    const near = new URL(target).protocol === 'http:';
    const elsewhere = new Elsewhere(target, direct, near ? 20 : 1_500);
    elsewhere.since = (await direct.customers.create({ name: 'Tests of Pumasi begin' })).created;
    elsewhere.url = await elsewhere.app.listen({ port: 0, host: '127.0.0.1' });
    return elsewhere;
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  /**
   * Lists what has happened there, so that it can be told. All that happened before is listed once something that is made
   * now is, and a further look finds nothing more.
   * @throws Error when that takes too long
   */
  async catchUp(): Promise<void> {
    const mark = await this.direct.customers.create({ name: 'Tests of Pumasi have come so far' });
    const until = Date.now() + LISTED_WITHIN_MILLIS;
    for (let marked = false; ;) {
      const fresh = await this.look();
      if (marked && fresh.length === 0) break;
      marked ||= fresh.some(({ data }) => (data.object as { id?: string }).id === mark.id);
      if (Date.now() > until)
        throw new Error('Stripe does not list what happened: no customer.created of a new customer');
      await new Promise((resolve) => {
        setTimeout(resolve, this.lookEveryMillis);
      });
    }
    this.since = Math.max(this.since, mark.created - OVERLAP_SECONDS);
  }

  private async look(): Promise<ModelEvent[]> {
    const listed = await this.direct.events
      .list({ created: { gte: this.since }, limit: 100 })
      .autoPagingToArray({ limit: MOST_EVENTS });
    const fresh = listed.filter(({ id }) => !this.seen.has(id)).toReversed() as unknown as ModelEvent[];
    for (const event of fresh) {
      this.seen.add(event.id);
      this.deliveries.announce(event);
    }
    return fresh;
  }

  private async pass(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { method, url, headers } = request;
    const route = routeOf(method, url.split('?')[0] ?? '');
    const fate = this.wire.fate(route);
    const given = Object.entries(headers).filter(([name]) => !OURS.has(name));
    const answer = await fetch(`${this.target}${url}`, {
      method,
      headers: given.map(([name, value]): [string, string] => [name, String(value)]),
      ...(method === 'GET' ? {} : { body: (request.body as string | undefined) ?? '' }),
    });
    const body = await answer.text();
    const key = (headers['idempotency-key'] as string | undefined) ?? null;
    this.wire.calls.push({ route, key, replayed: answer.headers.get('idempotent-replayed') === 'true' });
    this.onAnswer(route, answer.status, body);
    if (fate === 'reset') request.raw.socket.destroy();
    if (fate !== 'arrives') return reply.hijack();
    for (const name of THEIRS) {
      const value = answer.headers.get(name);
      if (value !== null) void reply.header(name, value);
    }
    return reply.status(answer.status).send(body);
  }
}
