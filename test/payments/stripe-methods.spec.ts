/** Members set up what they pay by, providers what they are paid into; card data and secrets stay at Stripe. */
import { randomUUID } from 'node:crypto';
import { onModel, withBrowser } from '../support/stripe/ways.js';
import { type Someone, System } from '../support/system.js';
import { applied, type AtStripe, atStripe, beginSetup, stopped, withMethod } from './at-stripe.js';

describe('payment methods', () => {
  let at: AtStripe;
  let member: Someone;

  beforeAll(async () => {
    at = await atStripe();
  });
  beforeEach(async () => {
    member = await at.system.someone('owner');
  });
  afterAll(() => stopped(at));

  const methods = async (of = member): Promise<Record<string, unknown>[]> =>
    ((await of.get('/api/v1/payment-methods').expect(200)).body as { items: Record<string, unknown>[] }).items;
  const confirm = (setupIntent: string, of = member) => of.post('/api/v1/payment-methods/confirm', { setupIntent });

  it('are set up in the browser and taken from Stripe, with what people tell theirs by', async () => {
    const setupIntent = await beginSetup(member);
    await at.asked.confirm(setupIntent, 'pm_card_visa');
    const { body } = await confirm(setupIntent).expect(200);
    expect(body).toMatchObject({ kind: 'card', brand: 'visa', lastFour: '4242', state: 'active' });
    expect(Object.keys(body as object).sort()).toEqual(['brand', 'confirmedAt', 'id', 'kind', 'lastFour', 'state']);
    expect((await confirm(setupIntent).expect(200)).body).toEqual(body);
    expect(await methods()).toEqual([body]);
  });

  withBrowser('are taken as soon as Stripe tells of them', async () => {
    const { body } = await member.post('/api/v1/payment-methods/setup').expect(201);
    const { clientSecret } = body as { clientSecret: string };
    expect(await at.asked.confirmInBrowser(clientSecret, 'pm_success_de')).toBe(200);
    await at.asked.told();
    await applied(at);
    expect(await methods()).toMatchObject([{ kind: 'sepa_debit', brand: 'DE', lastFour: '3000', state: 'active' }]);
  });

  it('are of a customer that Stripe can write to', async () => {
    const setupIntent = await beginSetup(member);
    const { customer } = await at.asked.stripe.setupIntents.retrieve(setupIntent, { expand: ['customer'] });
    const mailboxes: { email: string }[] = await at.system.source.query(
      'select email from organisation_mailbox where organisation_id = $1',
      [member.organisationId],
    );
    expect(customer).toMatchObject({ email: mailboxes[0]?.email });
  });

  it('are begun once, however often it is asked', async () => {
    const first = await member.post('/api/v1/payment-methods/setup').expect(201);
    const second = await member.post('/api/v1/payment-methods/setup').expect(201);
    expect(second.body).toEqual(first.body);
    const key = randomUUID();
    const third = await member.post('/api/v1/payment-methods/setup', undefined, key).expect(201);
    expect((await member.post('/api/v1/payment-methods/setup', undefined, key).expect(201)).body).toEqual(third.body);
  });

  it('take the place of the one before', async () => {
    await withMethod(at, member);
    await withMethod(at, member, 'pm_card_mastercard');
    expect((await methods()).map(({ lastFour, state }) => [lastFour, state])).toEqual([
      ['4444', 'active'],
      ['4242', 'replaced'],
    ]);
    const rows: unknown[] = await at.system.source.query('select from member_payment_method where member_id = $1', [
      member.organisationId,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('are not taken before they are confirmed, and the refusal says why', async () => {
    const setupIntent = await beginSetup(member);
    expect((await confirm(setupIntent)).body).toMatchObject({ code: 'payment-method.not-confirmed' });
    await at.asked.confirm(setupIntent, 'pm_card_visa_chargeDeclined').catch(() => undefined);
    const refused = await confirm(setupIntent);
    expect([refused.status, refused.body.code]).toEqual([409, 'payment-method.not-confirmed']);
    expect(refused.body.detail).toContain('generic_decline');
    expect(await methods()).toEqual([]);
  });

  it('end when Stripe cannot charge them any more', async () => {
    await withMethod(at, member);
    const rows: { id: string }[] = await at.system.source.query(
      'select payment_method as id from member_payment_method where member_id = $1',
      [member.organisationId],
    );
    await at.asked.stripe.paymentMethods.detach(rows[0]?.id ?? '');
    await at.asked.told();
    await applied(at);
    expect(await methods()).toMatchObject([{ state: 'ended' }]);
  });

  it('are removed by their member alone, here and at Stripe, and another one can be set up then', async () => {
    await withMethod(at, member);
    const [{ id }] = (await methods()) as [{ id: string }];
    const rows: { stripe: string }[] = await at.system.source.query(
      'select stripe_id as stripe from payment_method where id = $1',
      [id],
    );
    const stripe = rows[0]?.stripe ?? '';
    await (await at.system.someone('owner')).delete(`/api/v1/payment-methods/${id}`).expect(404);
    await (await at.system.someone('officer')).delete(`/api/v1/payment-methods/${id}`).expect(403);
    expect((await member.delete(`/api/v1/payment-methods/${id}`).expect(200)).body).toMatchObject({
      id,
      state: 'ended',
    });
    expect((await at.asked.stripe.paymentMethods.retrieve(stripe)).customer).toBeNull();
    await member.delete(`/api/v1/payment-methods/${id}`).expect(200);
    await withMethod(at, member, 'pm_card_mastercard');
    expect(await methods()).toMatchObject([{ brand: 'mastercard', state: 'active' }, { state: 'ended' }]);
  });

  it('are not removed while an invoice is being charged by them', async () => {
    await withMethod(at, member);
    const [{ id }] = (await methods()) as [{ id: string }];
    await at.system.source.query(
      `insert into collection (id, number, issuer_id, member_id, currency, month, due_on, total_minor, way, state)
       values ($1, $2, $3, $4, 'EUR', '2026-01', '2026-02-01', 500, 'stripe', 'failed')`,
      [randomUUID(), `T-${id}`, (await at.system.someone('officer')).organisationId, member.organisationId],
    );
    const refused = await member.delete(`/api/v1/payment-methods/${id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'payment-method.in-use']);
    await withMethod(at, member, 'pm_card_mastercard');
    await member.delete(`/api/v1/payment-methods/${id}`).expect(200);
    expect(await methods()).toMatchObject([{ brand: 'mastercard', state: 'active' }, { state: 'ended' }]);
  });

  it('are of one member alone', async () => {
    const setupIntent = await beginSetup(member);
    await at.asked.confirm(setupIntent, 'pm_card_visa');
    const other = await at.system.someone('owner');
    const refused = await confirm(setupIntent, other);
    expect([refused.status, refused.body.code]).toEqual([404, 'payment-method-setup.not-found']);
    expect(await methods(other)).toEqual([]);
    const bad = await confirm('pi_1');
    expect([bad.status, bad.body.faults[0].path]).toEqual([422, 'setupIntent']);
  });

  it('leave no secret, and nothing to pay with, in the database', async () => {
    const key = randomUUID();
    const { body } = await member.post('/api/v1/payment-methods/setup', undefined, key).expect(201);
    const { setupIntent, clientSecret } = body as Record<string, string>;
    await at.asked.confirm(setupIntent ?? '', 'pm_card_visa');
    await confirm(setupIntent ?? '').expect(200);
    const held = await everything(at.system);
    expect(held).toContain(setupIntent);
    for (const secret of [clientSecret ?? '', at.asked.key, at.asked.settings().PUMASI_STRIPE_WEBHOOK_SECRET]) {
      expect(held.includes(secret)).toBe(false);
    }
    expect(held).not.toContain('_secret_');
    expect(held).not.toContain('4242424242424242');
  });

  it('can be set up later when Stripe cannot be asked now, and nothing remains of it', async () => {
    at.asked.wire.failNext('POST /v1/setup_intents', 'error', 3);
    const refused = await member.post('/api/v1/payment-methods/setup');
    expect([refused.status, refused.body.code]).toEqual([503, 'stripe.unavailable']);
    await withMethod(at, member);
    expect(await methods()).toHaveLength(1);
  });

  it('wait for Stripe a few at a time, so that a Stripe that hangs leaves connections to everybody else', async () => {
    const many = await Promise.all(Array.from({ length: 12 }, () => at.system.someone('owner')));
    at.asked.wire.failNext('POST /v1/customers', 'timeout', 5);
    const waiting = many.map(async (each) => (await each.post('/api/v1/payment-methods/setup')).body.code as string);
    const began = performance.now();
    await member.get('/api/v1/me').expect(200);
    expect(performance.now() - began).toBeLessThan(3_000);
    const codes = await Promise.all(waiting);
    expect(codes.filter((code) => code === 'system.busy')).toHaveLength(7);
    expect(codes.filter((code) => code === undefined)).toHaveLength(5);
  });

  it('are a page at a time', async () => {
    for (let made = 0; made < 3; made += 1) await withMethod(at, member);
    const first = await member.get('/api/v1/payment-methods?limit=2').expect(200);
    const second = await member.get(`/api/v1/payment-methods?limit=2&cursor=${String(first.body.next)}`).expect(200);
    expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([2, 1, null]);
  });
});

describe('payout accounts', () => {
  let at: AtStripe;
  beforeAll(async () => {
    at = await atStripe();
  });
  afterAll(() => stopped(at));

  it('are opened by the provider, and filled in at Stripe by a link that is kept nowhere', async () => {
    const provider = await at.system.someone('bidder');
    expect((await provider.get('/api/v1/payout-account')).body.code).toBe('payout-account.not-found');
    const key = randomUUID();
    const opened = await provider.post('/api/v1/payout-account', { country: 'DE' }, key).expect(201);
    const { account, url } = opened.body as { account: { account: string }; url: string };
    expect(url).toContain(account.account);
    expect(account).toMatchObject({ country: 'DE', detailsSubmitted: false, transfersActive: false });
    const again = await provider.post('/api/v1/payout-account', { country: 'DE' }, key).expect(201);
    expect(again.body.account).toEqual(JSON.parse(JSON.stringify(account)));
    expect(again.body.url).not.toBe(url);
    expect(await everything(at.system)).not.toContain(url);
    const elsewhere = await provider.post('/api/v1/payout-account', { country: 'FR' });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([409, 'payout-account.other-country']);
    const other = await at.system.someone('bidder');
    expect((await other.get('/api/v1/payout-account')).status).toBe(404);
  });

  onModel('person', 'are usable once Stripe says so', async () => {
    const provider = await at.system.someone('bidder');
    const { body: opened } = await provider.post('/api/v1/payout-account', { country: 'DE' }).expect(201);
    at.asked.model.completeAccount((opened as { account: { account: string } }).account.account);
    await at.asked.told();
    await applied(at);
    const { body } = await provider.get('/api/v1/payout-account').expect(200);
    expect(body).toMatchObject({ detailsSubmitted: true, transfersActive: true, payoutsEnabled: true });
    const ready: unknown[] = await at.system.source.query('select from provider_payout_account');
    expect(ready).toHaveLength(1);
  });

  it('need a country that is one', async () => {
    const provider = await at.system.someone('bidder');
    const refused = await provider.post('/api/v1/payout-account', { country: 'Germany' });
    expect([refused.status, refused.body.faults[0].path]).toEqual([422, 'country']);
  });
});

describe('without Stripe', () => {
  it('nothing is set up, and the refusal says what there is instead', async () => {
    const system = await System.start();
    try {
      const member = await system.someone('owner');
      const refused = await member.post('/api/v1/payment-methods/setup');
      expect([refused.status, refused.body.code]).toEqual([409, 'stripe.off']);
      expect(refused.body.detail).toContain('bank transfer');
      const told = await system.anonymous().post('/api/v1/stripe/events').send({});
      expect([told.status, told.body.code]).toEqual([404, 'inbox.not-found']);
    } finally {
      await system.stop();
    }
  });
});

/** Everything that the database holds, as text. */
async function everything(system: System): Promise<string> {
  const tables: { name: string }[] = await system.source.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows: { text: string | null }[] = await system.source.query(
      `select string_agg(t::text, ' ') as text from ${name} t`,
    );
    texts.push(rows[0]?.text ?? '');
  }
  return texts.join('\n');
}
