/** SEPA direct debits are announced some days before they are taken, and not taken when there is no reason to any more. */
import { randomUUID } from 'node:crypto';
import { describeOnModel } from '../support/stripe/ways.js';
import { withStripe } from './at-stripe.js';
import { creditNote, issue, type Issued } from './issued.js';
import { arrives, type CollectionJson, collectionOf, lastLetterOf, type Sides, sides } from './paid-market.js';
import { hasMethod, noticePasses, tell } from './told.js';

const EUR = 'EUR';
const PAY = 'POST /v1/invoices/:id/pay';
const NOTICE_DAYS = 5;
const FAILING = 'pm_card_chargeCustomerFail';

describeOnModel('a direct debit', () => {
  const at = withStripe({ PUMASI_DEBIT_NOTICE_DAYS: NOTICE_DAYS });
  let all: Sides;
  let charged: number;

  beforeEach(async () => {
    all = await sides(at.system, 1, { currency: EUR });
    at.asked.model.deliveries.lose();
    charged = at.asked.model.done(PAY);
  });

  const member = (): string => all.members[0]?.organisationId ?? '';
  const share = (net: number) => ({ providerId: all.provider.organisationId, net });
  const has = (token: string): Promise<void> => hasMethod(at.system, at.asked, member(), token);
  const invoiced = async (token: string): Promise<Issued> => {
    await has(token);
    const wanted = [{ memberId: member(), shares: [share(10_000)] }];
    return (await issue(at.system, all.agencyId, '2026-02', wanted, EUR))[0] as Issued;
  };
  const read = ({ id }: Issued): Promise<CollectionJson> => collectionOf(all.officer, id);
  const charges = (): number => at.asked.model.done(PAY) - charged;
  /** The first instant of the day that is so many days from today. */
  const inDays = async (days: number): Promise<string> => {
    const rows: { at: Date }[] = await at.system.source.query(
      `select (business_day(app_now()) + $1::integer)::timestamp at time zone interval '9 hours' as at`,
      [days],
    );
    return rows[0]?.at.toISOString() ?? '';
  };
  const letters = async (about: string): Promise<string[]> => {
    const rows: { body: string }[] = await at.system.source.query(
      'select body from mail_message where about = $1 order by id',
      [about],
    );
    return rows.map(({ body }) => body);
  };
  const lettersOf = ({ id }: Issued): Promise<string[]> => letters(`invoice ${id}`);

  it('is taken on the day that its letter names, and presented again without another letter', async () => {
    const day = await inDays(NOTICE_DAYS);
    const invoice = await invoiced('pm_insufficientFunds_de');
    expect(await read(invoice)).toMatchObject({ state: 'collecting', attempts: 0, dueAt: day });
    const named = (await at.system.source.query<{ day: string }[]>('select business_day($1)::text as day', [day]))[0]
      ?.day;
    expect(await lettersOf(invoice)).toEqual([expect.stringMatching(`^On ${named}, 110.00 EUR of invoice`)]);
    await at.system.passTo(new Date(new Date(day).getTime() - 60_000));
    expect(charges()).toBe(0);
    await at.system.passTo(day);
    expect([charges(), (await read(invoice)).state]).toEqual([1, 'processing']);

    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 3, 2);
    const failed = await read(invoice);
    expect(failed.state).toBe('failed');
    await at.system.passTo(failed.dueAt ?? '');
    expect([charges(), (await read(invoice)).state]).toEqual([2, 'processing']);
    expect(await lettersOf(invoice)).toHaveLength(1);
  });

  it('has a day’s rest when it fails after the day on which it would be presented again', async () => {
    const invoice = await invoiced('pm_insufficientFunds_de');
    await noticePasses(at.system);
    for (let failures = 1; failures <= 2; failures += 1) {
      // What takes longer than the days between two tries.
      await at.system.passTo(await inDays(6));
      at.asked.model.advanceDays(6);
      await tell(at.system, at.asked.model);
      const { state, dueAt, attempts } = await read(invoice);
      expect([state, attempts]).toEqual(['failed', failures]);
      const rest = new Date(dueAt ?? '').getTime() - (await at.system.now()).getTime();
      expect(rest).toBeGreaterThan(0.9 * 86_400_000);
      await at.system.passTo(dueAt ?? '');
    }
  });

  it.each(['paid', 'credited', 'written-off'])('is not taken of an invoice that is %s meanwhile', async (state) => {
    const invoice = await invoiced('pm_success_de');
    if (state === 'paid') {
      await arrives(all, invoice.number, invoice.total);
    } else if (state === 'credited') {
      await creditNote(at.system, all.agencyId, invoice, share(10_000), '2026-02', EUR);
    } else {
      await all.officer.post(`/api/v1/collections/${invoice.id}/give-up`, { why: 'It has closed.' }).expect(200);
    }
    expect(await read(invoice)).toMatchObject({ state, dueAt: null });
    await noticePasses(at.system);
    expect(await read(invoice)).toMatchObject({ state, attempts: 0 });
  });

  it('takes what is left of an invoice that was credited in part, without another letter', async () => {
    const invoice = await invoiced('pm_success_de');
    await creditNote(at.system, all.agencyId, invoice, share(4_000), '2026-02', EUR);
    const [notice, ...others] = (await lettersOf(invoice)).filter((body) => body.includes('SEPA'));
    expect([notice, others]).toEqual([expect.stringContaining('110.00 EUR'), []]);
    await noticePasses(at.system);
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 6_600, openMinor: 0 });
    expect(await lettersOf(invoice)).toHaveLength(1);
  });

  it('from another account is announced anew, and so is one that takes the place of a card', async () => {
    const replaced = await invoiced('pm_success_de');
    await has('pm_insufficientFunds_de');
    const again = await inDays(2 * NOTICE_DAYS);
    await noticePasses(at.system);
    expect(await read(replaced)).toMatchObject({ state: 'collecting', attempts: 0, dueAt: again });
    expect(await lettersOf(replaced)).toEqual([expect.stringContaining('3000'), expect.stringContaining('2227')]);
    await noticePasses(at.system);
    expect(await read(replaced)).toMatchObject({ state: 'processing', attempts: 1 });

    all = await sides(at.system, 1, { currency: EUR });
    const failing = await invoiced(FAILING);
    await has('pm_success_de');
    await at.system.passTo((await read(failing)).dueAt ?? '');
    expect(await read(failing)).toMatchObject({ state: 'failed', attempts: 1, dueAt: await inDays(NOTICE_DAYS) });
    await noticePasses(at.system);
    expect(await read(failing)).toMatchObject({ state: 'processing', attempts: 2 });
  });

  it('gives way to a card, which is charged on the day that was named', async () => {
    const invoice = await invoiced('pm_success_de');
    await has('pm_card_visa');
    expect(await read(invoice)).toMatchObject({ attempts: 0 });
    await noticePasses(at.system);
    expect(await read(invoice)).toMatchObject({ state: 'paid', attempts: 1 });
  });

  it('of a deposit that nobody needs any more and that fails is told of once: nothing was taken', async () => {
    await has('pm_insufficientFunds_de');
    const id = randomUUID();
    await at.system.source.query(
      `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at)
       values ($1, $1, $1, $2, $3, $4, 2000, 'stripe', 'charging', app_now(), app_now())`,
      [id, all.agencyId, member(), EUR],
    );
    await at.system.settled();
    await noticePasses(at.system);
    await all.officer.post(`/api/v1/deposits/${id}/return`, { why: 'It is not needed.' }).expect(200);
    expect((await all.officer.get(`/api/v1/deposits/${id}`)).body).toMatchObject({ state: 'processing' });
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 33, 3);
    expect((await all.officer.get(`/api/v1/deposits/${id}`)).body).toMatchObject({ state: 'withdrawn' });
    expect(await letters(`deposit ${id}`)).toEqual([
      expect.stringMatching(/are taken/),
      expect.stringMatching(
        /^Deposit DEP-\d+ could not be charged by your payment method: nothing was taken\. .* The reason: It is not needed\.$/,
      ),
    ]);
  });

  it('of a deposit is announced as well, and not taken when nobody needs it any more', async () => {
    await has('pm_success_de');
    const ids = [randomUUID(), randomUUID()];
    await at.system.source.query(
      `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at)
       select id, id, id, $2, $3, $4, 2000, 'stripe', 'charging', app_now(), app_now() from unnest($1::uuid[]) as d (id)`,
      [ids, all.agencyId, member(), EUR],
    );
    await at.system.settled();
    const [kept, ended] = ids;
    expect(await letters(`deposit ${kept}`)).toEqual([
      expect.stringMatching(/20\.00 EUR of deposit DEP-\d+ are taken/),
    ]);
    await all.officer.post(`/api/v1/deposits/${ended}/return`, { why: 'It is not needed.' }).expect(200);
    const states = async (): Promise<string[]> => {
      const rows: { state: string }[] = await at.system.source.query(
        'select state from deposit where id = any($1) order by array_position($1, id)',
        [ids],
      );
      return rows.map(({ state }) => state);
    };
    expect(await states()).toEqual(['charging', 'withdrawn']);
    await noticePasses(at.system);
    expect(await states()).toEqual(['processing', 'withdrawn']);
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model);
    expect(await states()).toEqual(['held', 'withdrawn']);
  });

  it('that can never be taken is not announced: it is asked for by bank at once', async () => {
    await has('pm_success_de');
    const small = [{ memberId: member(), shares: [share(27)] }];
    const invoice = (await issue(at.system, all.agencyId, '2026-02', small, EUR))[0] as Issued;
    expect(await read(invoice)).toMatchObject({ state: 'due', way: 'bank', attempts: 0 });
    expect((await lettersOf(invoice)).filter((body) => body.includes('SEPA'))).toEqual([]);
  });

  it('that fails for good when another method has taken its place says nothing of that one', async () => {
    const invoice = await invoiced('pm_closed_de');
    await noticePasses(at.system);
    expect(await read(invoice)).toMatchObject({ state: 'processing' });
    await at.system.passTo(await inDays(1));
    await has('pm_card_visa');
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 31, 3);
    const failed = await read(invoice);
    expect(failed).toMatchObject({ state: 'failed', failure: 'account_closed', attempts: 1 });
    await at.system.passTo(failed.dueAt ?? '');
    expect(await read(invoice)).toMatchObject({ state: 'paid', attempts: 2 });
  });

  it('that brings less than has become open meanwhile leaves the rest to be asked for', async () => {
    const invoice = await invoiced('pm_success_de');
    await at.system.source.query('update collection set paid_minor = 5000 where id = $1', [invoice.id]);
    await noticePasses(at.system);
    expect(await read(invoice)).toMatchObject({ state: 'processing', openMinor: 6_000 });
    // What was paid otherwise goes back.
    await at.system.source.query('update collection set returned_minor = 5000 where id = $1', [invoice.id]);
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 32, 3);
    await at.system.settled();
    // It is not due yet: it is asked for, and nobody is reminded of it.
    expect(await read(invoice)).toMatchObject({ state: 'due', openMinor: 5_000, reminders: 0 });
    expect(await lastLetterOf(at.system, invoice.id)).toMatch(/^Please transfer 50\.00 EUR until/);
    await at.system.passTo((await read(invoice)).dueAt ?? '');
    expect(await read(invoice)).toMatchObject({ state: 'overdue', openMinor: 5_000, reminders: 1 });
  });
});
