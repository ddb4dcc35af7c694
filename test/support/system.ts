/** A whole system for one test file: the application on a database of its own, and people who use it over HTTP. */
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request, { type Response, type Test } from 'supertest';
import { DataSource } from 'typeorm';
import { createApp } from '../../src/app.js';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { SessionsService } from '../../src/identity/sessions.service.js';
import type { OrganisationKind, Role } from '../../src/kernel/actor.js';
import { readSettings, Settings } from '../../src/platform/config/settings.js';
import { Reconciler } from '../../src/platform/jobs/reconciler.js';
import { type ClonedDatabase, cloneDatabase } from './database.js';

const KIND_OF: Readonly<Record<Role, OrganisationKind>> = {
  owner: 'member',
  manager: 'association',
  bidder: 'provider',
  officer: 'agency',
  approver: 'agency',
  auditor: 'agency',
  admin: 'agency',
};

/** A connection for each request costs as much as the request. */
const CONNECTIONS = new Agent({ keepAlive: true });

/** Somebody signed in, acting for one organisation. */
export class Someone {
  constructor(
    private readonly server: string,
    readonly personId: string,
    readonly organisationId: string,
    readonly token: string,
  ) {}

  get(path: string): Test {
    return this.signed(request(this.server).get(path));
  }

  /** Posts a command under a fresh idempotency key, or under the given one. */
  post(path: string, body?: string | object, key: string = randomUUID()): Test {
    return this.signed(request(this.server).post(path)).set('idempotency-key', key).send(body);
  }

  /** Posts a spreadsheet. */
  postCsv(path: string, csv: string | Buffer, key: string = randomUUID()): Test {
    return this.signed(request(this.server).post(path))
      .set('idempotency-key', key)
      .set('content-type', 'text/csv')
      .send(csv);
  }

  put(path: string, body: object, version?: number): Test {
    return this.versioned(this.signed(request(this.server).put(path)), version).send(body);
  }

  patch(path: string, body: object, version?: number): Test {
    return this.versioned(this.signed(request(this.server).patch(path)), version).send(body);
  }

  delete(path: string, version?: number): Test {
    return this.versioned(this.signed(request(this.server).delete(path)), version);
  }

  private signed(test: Test): Test {
    return test.set('cookie', `${SESSION_COOKIE}=${this.token}`).agent(CONNECTIONS);
  }

  private versioned(test: Test, version: number | undefined): Test {
    return version === undefined ? test : test.set('if-match', `"${version}"`);
  }
}

/** What the clock has passed and the reconciler has not come to yet. */
const OVERDUE = `
  select 'pool' as what from pool where state = 'open' and due_at <= app_now()
  union all select 'auction' from auction where state in ('open', 'closing', 'waiting', 'live', 'resting', 'settling') and due_at <= app_now()
  union all select 'award' from award where state = 'standstill' and due_at <= app_now()
  union all select 'offer round' from offer_round where state = 'open' and due_at <= app_now()
  union all select 'month' from billing_terms where due_at <= app_now()
  union all select 'term end' from term_end where state = 'awaited' and due_at <= app_now()
  union all select 'collection' from collection where state in ('due', 'collecting', 'failed', 'overdue') and due_at <= app_now()
  union all select 'deposit' from deposit where state = 'charging' and due_at <= app_now()
  union all select 'void' from invoice_void where state = 'owed' and due_at <= app_now()
  union all select 'refund' from refund where state = 'owed' and due_at <= app_now()
  union all select 'payout' from payout where state in ('transferring', 'paid') and due_at <= app_now()
  union all select 'reversal' from payout_reversal where state = 'owed' and due_at <= app_now()`;

/** Nobody stops a test's look at the rows, */
const NEVER = new AbortController().signal;
/** and what one look has begun may begin something else that is overdue. */
const LOOK_EVERY_MILLIS = 150;

export class System {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly source: DataSource,
    readonly url: string,
    private readonly drop: (this: void) => Promise<void>,
  ) {}

  /**
   * Boots a system with workers and an accelerated clock, unless the settings say otherwise.
   * @param on a migrated database; by default one of its own
   */
  static async start(settings: Partial<Settings> = {}, on?: ClonedDatabase): Promise<System> {
    const database = on ?? (await cloneDatabase());
    const app = await createApp(
      Object.assign(
        readSettings({
          DATABASE_URL: database.url,
          PUMASI_ACCELERATED: 'on',
          PUMASI_LOG: process.env['PUMASI_TEST_LOG'] ?? 'error',
          PUMASI_POOL: '8',
          PUMASI_SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
          ...(process.env['REDIS_URL'] === undefined ? {} : { REDIS_URL: process.env['REDIS_URL'] }),
        }),
        settings,
      ),
    );
    await app.listen(0, '127.0.0.1');
    return new System(app, app.get(DataSource), (await app.getUrl()).replace('[::1]', '127.0.0.1'), () =>
      database.drop(),
    );
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.drop();
  }

  /** Where its database is, for processes beside it. */
  get database(): string {
    return (this.source.options as { readonly url?: string }).url ?? '';
  }

  anonymous(): ReturnType<typeof request> {
    return request(this.url);
  }

  /** Makes a person with these roles, in a fresh organisation or in the given one, already signed in. */
  async someone(roles: Role | readonly Role[], organisationId?: string): Promise<Someone> {
    const all = typeof roles === 'string' ? [roles] : roles;
    const kind = KIND_OF[all[0] ?? 'owner'];
    const organisation = organisationId ?? randomUUID();
    const person = randomUUID();
    if (organisationId === undefined) {
      await this.source.query('insert into organisation (id, kind, name) values ($1, $2, $3)', [
        organisation,
        kind,
        `${kind} ${organisation.slice(0, 8)}`,
      ]);
    }
    await this.source.query('insert into person (id, email, name, password_hash) values ($1, $2, $3, $4)', [
      person,
      `${person}@example.test`,
      `${all.join('+')} ${person.slice(0, 8)}`,
      'cannot sign in by password',
    ]);
    for (const role of all) {
      await this.source.query('insert into membership values ($1, $2, $3)', [person, organisation, role]);
    }
    const token = await this.app.get(SessionsService, { strict: false }).begin(person, organisation);
    return new Someone(this.url, person, organisation, token);
  }

  /** Lets business time pass until the instant, and everything that is due and announced happen. */
  async passTo(instant: Date | string): Promise<void> {
    await this.source.query(
      `update clock_offset set ahead = ahead + greatest('0'::interval, $1::timestamptz - app_now())`,
      [instant],
    );
    await this.settled();
  }

  async now(): Promise<Date> {
    const rows: { now: Date }[] = await this.source.query('select app_now() as now');
    return rows[0]?.now ?? new Date(Number.NaN);
  }

  /**
   * Waits until nothing is overdue any more and every announced fact has been handled. The rows are looked at here and
   * now, as the reconciler does it each second anyway: what does not happen has been considered, too.
   */
  async settled(limitMillis = 30_000): Promise<void> {
    const until = Date.now() + limitMillis;
    const works = this.app.get(Settings, { strict: false }).PUMASI_WORKERS;
    const reconciler = this.app.get(Reconciler, { strict: false });
    for (let next = 0; ;) {
      if (works && Date.now() >= next) {
        await reconciler.reconcile(NEVER);
        next = Date.now() + LOOK_EVERY_MILLIS;
      }
      const rows: { handler: string; last_error: string | null }[] = await this.source.query(
        `select handler, last_error from outbox_delivery where handled_at is null
         union all select 'overdue: ' || what, null from (${OVERDUE}) o`,
      );
      if (rows.length === 0) return;
      if (Date.now() > until) throw new Error(`still unhandled: ${JSON.stringify(rows)}`);
      await sleep(20);
    }
  }

  /** Asks again and again until the answer satisfies, or fails with the last answer. */
  async eventually(ask: () => Test, satisfied: (answer: Response) => boolean, limitMillis = 30_000): Promise<Response> {
    const until = Date.now() + limitMillis;
    for (;;) {
      const answer = await ask();
      if (satisfied(answer)) return answer;
      if (Date.now() > until) throw new Error(`never came: ${answer.status} ${answer.text}`);
      await sleep(50);
    }
  }
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}
