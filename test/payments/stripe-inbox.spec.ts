/** The inbox: what is not Stripe's is refused and recorded, what is Stripe's is kept once, applied, and can be replayed. */
import { createHmac, randomUUID } from 'node:crypto';
import { signature } from '../support/stripe/deliveries.js';
import type { Someone } from '../support/system.js';
import { applied, type AtStripe, atStripe, beginSetup, stopped, withMethod } from './at-stripe.js';
import { nightPasses } from './night.js';

const PATH = '/api/v1/stripe/events';

/** A first night lists all that there is. */
const NIGHT_MILLIS = 300_000;

interface Difference {
  readonly eventId: string;
  readonly kind: string;
  readonly state: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: { readonly code?: string };
}

describe('the inbox of Stripe', () => {
  let at: AtStripe;
  let officer: Someone;
  let member: Someone;
  let secret = '';

  beforeAll(async () => {
    at = await atStripe({ automatic: false });
    officer = await at.system.someone('officer');
    member = await at.system.someone('owner');
    secret = at.asked.webhookSecret;
  });
  afterAll(() => stopped(at));

  let count = 0;
  const event = (more: object = {}): object => ({
    id: `evt_made${(count += 1)}`,
    object: 'event',
    type: 'charge.succeeded',
    created: Math.floor(Date.now() / 1_000),
    livemode: false,
    data: { object: { object: 'charge', id: 'ch_1', receipt_email: 'kim@shop.example' } },
    ...more,
  });
  // Byte by byte, as Stripe sends it: supertest would make JSON of it.
  const send = async (body: string, header?: string, type = 'application/json'): Promise<Answer> => {
    const headers = { 'content-type': type, ...(header === undefined ? {} : { 'stripe-signature': header }) };
    const answer = await fetch(`${at.system.url}${PATH}`, { method: 'POST', body, headers });
    const text = await answer.text();
    return { status: answer.status, text, body: text === '' ? {} : (JSON.parse(text) as { code?: string }) };
  };
  const signed = (what: object | string, time?: number) => {
    const body = typeof what === 'string' ? what : JSON.stringify(what);
    return send(body, signature(body, secret, time));
  };
  const kept = async (id: string): Promise<Record<string, unknown> | undefined> => {
    const rows: Record<string, unknown>[] = await at.system.source.query('select * from stripe_event where id = $1', [
      id,
    ]);
    return rows[0];
  };
  /** The event in the list of what was handled, wherever it stands there: another Stripe has events of others. */
  const listed = async (id: string): Promise<unknown> => {
    for (let cursor = ''; ;) {
      const { body } = await officer.get(`${PATH}?state=handled&limit=200${cursor}`).expect(200);
      const { items, next } = body as { items: { id: string }[]; next: string | null };
      const found = items.find((each) => each.id === id);
      if (found || next === null) return found;
      cursor = `&cursor=${next}`;
    }
  };
  const refusals = async (): Promise<{ reason: string; address: string }[]> =>
    ((await officer.get('/api/v1/stripe/refusals?limit=200').expect(200)).body as { items: never[] }).items;
  /** Refused so, recorded with the reason, and nothing kept. */
  const refused = async (answer: Answer, status: number, reason: string): Promise<void> => {
    expect([answer.status, answer.body.code]).toEqual([status, `stripe-event.${reason}`]);
    expect((await refusals())[0]).toMatchObject({
      reason,
      address: expect.stringMatching(/127\.0\.0\.1|::1/) as string,
    });
  };
  const counted = async (): Promise<number> => {
    const rows: { n: number }[] = await at.system.source.query('select count(*)::int as n from stripe_refusal');
    return rows[0]?.n ?? 0;
  };
  const now = (): number => Math.floor(Date.now() / 1_000);

  describe('refuses and records', () => {
    it('what is not signed, or not as Stripe signs', async () => {
      const body = JSON.stringify(event());
      await refused(await send(body), 400, 'unsigned');
      await refused(await send(body, 'nonsense'), 400, 'unsigned');
      await refused(await send(body, `t=${now()},v1=abc`), 400, 'unsigned');
    });

    it('what is signed by somebody else, or for another body or time', async () => {
      const body = JSON.stringify(event());
      await refused(await send(body, signature(body, 'whsec_another')), 400, 'wrong-signature');
      await refused(await send(`${body} `, signature(body, secret)), 400, 'wrong-signature');
      const moved = signature(body, secret, now() - 10).replace(/^t=\d+/, `t=${now()}`);
      await refused(await send(body, moved), 400, 'wrong-signature');
    });

    it('what was signed too long ago, or ahead of time', async () => {
      await refused(await signed(event(), now() - 400), 400, 'old-signature');
      await refused(await signed(event(), now() + 400), 400, 'future-signature');
      expect((await signed(event(), now() - 250)).status).toBe(200);
      expect((await signed(event(), now() + 250)).status).toBe(200);
    });

    it('what is too large, without reading it to its end', async () => {
      await refused(await signed(event({ padding: 'x'.repeat(262_144) })), 413, 'too-large');
      await refused(await send('x'.repeat(400_000)), 413, 'too-large');
    });

    it.each([
      ['no JSON', '{"id": "evt_1"'],
      ['nothing', ''],
      ['no event', '{"object":"list"}'],
      ['an event of no object', '{"id":"evt_1","object":"event","type":"x","created":1,"livemode":false,"data":{}}'],
    ])('what cannot be read: %s', async (_what, body) => {
      await refused(await signed(body), 400, 'unreadable');
    });

    it('what is of the live mode, or of an account that is nobody’s', async () => {
      await refused(await signed(event({ livemode: true })), 400, 'wrong-mode');
      await refused(await signed(event({ account: 'acct_stranger' })), 400, 'other-account');
    });

    it('whatever it says it is: bytes count, not the content type', async () => {
      const body = JSON.stringify(event());
      await refused(await send(body, undefined, 'text/html'), 400, 'unsigned');
      expect((await send(body, signature(body, secret), 'text/plain')).status).toBe(200);
    });

    it('without a key, and no more than so much of an hour', async () => {
      await at.system.source.query(
        `insert into stripe_refusal (reason, address) select 'unsigned', '192.0.2.1' from generate_series(1, 500)`,
      );
      const before = await counted();
      expect((await send('{}')).status).toBe(400);
      expect(await counted()).toEqual(before);
      await at.system.source.query(`delete from stripe_refusal where address = '192.0.2.1'`);
    });

    it('and shows what to the agency alone', async () => {
      expect((await member.get('/api/v1/stripe/refusals')).status).toBe(403);
      expect((await member.get('/api/v1/stripe/events')).status).toBe(403);
      expect((await member.get('/api/v1/stripe/reconciliations')).status).toBe(403);
      const text = JSON.stringify(await at.system.source.query('select r::text as row from stripe_refusal r'));
      expect(text).not.toMatch(/evt_|kim@shop/);
    });
  });

  it('takes several secrets: one per endpoint, and another while it is changed', async () => {
    const body = JSON.stringify(event());
    expect((await send(body, signature(body, at.asked.connectSecret))).status).toBe(200);
    const time = now();
    const mac = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    expect((await send(body, `t=${time},v1=${'0'.repeat(64)},v1=${mac}`)).status).toBe(200);
  });

  it('keeps an event once, without its content, and those of kinds that nothing depends on as well', async () => {
    const told = event() as { id: string };
    for (let times = 0; times < 3; times += 1) expect((await signed(told)).text).toBe('');
    const row = await kept(told.id);
    expect(row).toMatchObject({ type: 'charge.succeeded', object_kind: 'charge', object_id: 'ch_1', state: 'unknown' });
    expect(JSON.stringify(row)).not.toContain('kim@shop');
    const replayed = await officer.post(`${PATH}/${told.id}/replay`);
    expect([replayed.status, replayed.body.code]).toEqual([409, 'stripe-event.of-nobody']);
  });

  it('applies what the object is now, not what the event says', async () => {
    const setupIntent = await beginSetup(member);
    await at.asked.deliver({ seed: 1 });
    await applied(at);
    const waiting = await at.asked.eventOf('setup_intent.created', setupIntent);
    await at.asked.confirm(setupIntent, 'pm_card_visa');
    // Only the first event is told again; the object has come further.
    await at.asked.lose();
    await officer.post(`${PATH}/${waiting.id}/replay`).expect(200);
    await applied(at);
    const { body } = await member.get('/api/v1/payment-methods').expect(200);
    expect(body.items).toMatchObject([{ state: 'active' }]);
    expect((await kept(waiting.id))?.['state']).toBe('handled');
    expect(await listed(waiting.id)).toMatchObject({
      objectKind: 'setup_intent',
      source: 'webhook',
      lastError: null,
    });
  });

  it('tries again while Stripe cannot be asked, and keeps why', async () => {
    const other = await at.system.someone('owner');
    const setupIntent = await beginSetup(other);
    await at.asked.confirm(setupIntent, 'pm_card_visa');
    const last = await at.asked.eventOf('setup_intent.succeeded', setupIntent);
    await at.asked.lose();
    at.asked.wire.failNext('GET /v1/setup_intents/:id', 'rate-limit', 1);
    await at.asked.deliveries.send(last);
    await eventually(async () => Number((await kept(last.id))?.['attempts']) > 0);
    expect(await kept(last.id)).toMatchObject({
      last_error: expect.stringContaining('stripe.unavailable') as string,
    });
    await applied(at);
    expect(await kept(last.id)).toMatchObject({ state: 'handled', attempts: 2, last_error: null });
  });

  it('gives up what Stripe keeps refusing, until an officer has it replayed', async () => {
    const id = `evt_lost${randomUUID().slice(0, 8)}`;
    await at.system.source.query(
      `insert into method_setup (id, member_id, stripe_id, state) values ($1, $2, 'seti_gone', 'open')`,
      [randomUUID(), (await at.system.someone('owner')).organisationId],
    );
    await at.system.source.query(
      `insert into stripe_event (id, type, object_kind, object_id, source, created_at, state, attempts)
       values ($1, 'setup_intent.succeeded', 'setup_intent', 'seti_gone', 'webhook', now(), 'waiting', 11)`,
      [id],
    );
    const { InboxJobs } = await import('../../src/payments/inbox.jobs.js');
    await at.system.app.get(InboxJobs, { strict: false }).apply({ eventId: id });
    expect(await kept(id)).toMatchObject({ state: 'failed', attempts: 12 });
    expect(String((await kept(id))?.['last_error'])).toContain('resource_missing');
    expect((await officer.post(`${PATH}/${id}/replay`).expect(200)).body).toEqual({ id, state: 'waiting' });
    await at.system.source.query(`delete from method_setup where stripe_id = 'seti_gone'`);
    await applied(at);
    expect((await kept(id))?.['state']).toBe('handled');
    const trail = await (
      await at.system.someone('auditor')
    ).get(`/api/v1/audit?subjectType=stripe-event&subjectId=${id}`);
    expect(trail.body.items).toMatchObject([{ deed: 'stripe.replay' }]);
    const unknown = await officer.post(`${PATH}/evt_none/replay`);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'stripe-event.not-found']);
  });

  describe('each night', () => {
    const nightly = async (): Promise<Record<string, unknown>> => {
      await nightPasses(at.system, NIGHT_MILLIS);
      const { body } = await officer.get('/api/v1/stripe/reconciliations?limit=1').expect(200);
      return (body as { items: Record<string, unknown>[] }).items[0] ?? {};
    };
    const differencesOf = async (night: Record<string, unknown>): Promise<Difference[]> => {
      const path = `/api/v1/stripe/reconciliations/${String(night['id'])}/differences?limit=200`;
      const all: Difference[] = [];
      for (let next: string | null = ''; next !== null;) {
        const { body } = await officer.get(next === '' ? path : `${path}&cursor=${next}`).expect(200);
        const page = body as { items: Difference[]; next: string | null };
        all.push(...page.items);
        next = page.next;
      }
      return all;
    };
    /** What was missed of what the test knows: others may do something at the same account. */
    const missedOf = async (night: Record<string, unknown>): Promise<string[]> => {
      const known = new Set(at.asked.deliveries.announced.map(({ id }) => id));
      const all = await differencesOf(night);
      return all.filter(({ eventId, kind }) => kind === 'missed' && known.has(eventId)).map(({ eventId }) => eventId);
    };

    it('takes what nobody told, page by page, and shows what differed', async () => {
      await at.asked.lose();
      const lost = await at.system.someone('owner');
      const setupIntent = await beginSetup(lost);
      await at.asked.confirm(setupIntent, 'pm_card_visa');
      for (let made = 0; made < 120; made += 1) await at.asked.stripe.customers.create({ name: String(made) });
      await at.asked.lose();
      const never = event() as { id: string };
      await signed(never);

      const night = await nightly();
      expect(night).toMatchObject({ state: 'done' });
      expect(Number(night['missed'])).toBeGreaterThan(120);
      expect(Number(night['listed'])).toBeGreaterThanOrEqual(Number(night['missed']));
      expect(Number(night['unlisted'])).toBeGreaterThan(0);
      if (at.asked.fresh) expect(night['balance']).toEqual([]);
      expect((await lost.get('/api/v1/stripe/reconciliations')).status).toBe(403);
      expect((await lost.get('/api/v1/payment-methods').expect(200)).body.items).toHaveLength(1);

      const differences = await differencesOf(night);
      expect(differences).toContainEqual(expect.objectContaining({ eventId: never.id, kind: 'unlisted' }));
      const { id } = await at.asked.eventOf('setup_intent.succeeded', setupIntent);
      expect(differences.find(({ eventId }) => eventId === id)).toMatchObject({ kind: 'missed', state: 'handled' });
    });

    it('lists from the last night on, and finds nothing when all was told', async () => {
      await at.asked.deliver({ seed: 2 });
      const told = await at.system.someone('owner');
      await withMethod(at, told);
      await at.asked.deliver({ seed: 3 });
      const night = await nightly();
      expect(night).toMatchObject({ state: 'done' });
      expect(await missedOf(night)).toEqual([]);
      expect(night['since']).not.toBeNull();
    });

    it('goes on where it was left', async () => {
      const { id } = await at.asked.stripe.customers.create({ name: 'late' });
      await at.asked.lose();
      at.asked.wire.failNext('GET /v1/balance', 'rate-limit', 1);
      const night = await nightly();
      expect(night).toMatchObject({ state: 'done' });
      const missed = await missedOf(night);
      expect(missed).toContain((await at.asked.eventOf('customer.created', id)).id);
      if (at.asked.fresh) expect(missed).toHaveLength(1);
    });
  });
});

async function eventually(so: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000;
  while (!(await so())) {
    if (Date.now() > until) throw new Error('never came');
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
