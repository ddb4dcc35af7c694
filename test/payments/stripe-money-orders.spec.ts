/**
 * Money that moves at Stripe and is told of by signed webhooks alone, tripled, shuffled and late, between any two steps: every
 * market ends in the same state and with the same balances.
 */
import { randomUUID } from 'node:crypto';
import { describeOnModel } from '../support/stripe/ways.js';
import type { Someone } from '../support/system.js';
import { applied, type AtStripe, atStripe, stopped } from './at-stripe.js';
import { wrongInBooks } from './books.js';
import { creditNote, issue, type Issued } from './issued.js';
import { type Sides, sides } from './paid-market.js';
import { hasAccount, hasMethod, noticePasses } from './told.js';
import { cases } from '../support/cases.js';

const EUR = 'EUR';
const NET = 10_000;
const DEPOSIT = 2_000;
/** Each member is one order of what is told of its money. */
const ORDERS = cases(200);
const MEMBERS = 20;

/** By what each member pays. Twice the same: the second one gets its deposit back. */
const TOKENS = [
  'pm_card_bypassPending',
  'pm_success_de',
  'pm_insufficientFunds_de',
  'pm_card_refundFail',
  'pm_card_bypassPending',
  'pm_success_de',
  'pm_card_bypassPending',
  'pm_card_bypassPending',
  'pm_success_de',
  'pm_card_chargeCustomerFail',
] as const;
const [TAKEN_AGAIN, , , CREDITED, LOST, WON, REFUNDED_THEN_LOST, REFUNDED_THERE, REFUNDED_UNTOLD] = TOKENS.keys();

describeOnModel('money told of in any order', () => {
  let at: AtStripe;
  beforeAll(async () => {
    at = await atStripe({ automatic: false });
  });
  afterAll(() => stopped(at));

  /** Tells some of what has happened, three times and in any order; what is late is told after what happens next. */
  const tellSome = async (seed: number, late: number): Promise<void> => {
    await at.asked.model.deliveries.deliver({ seed, copies: 3, late, atOnce: 8 });
    await applied(at);
  };
  const depositOf = async (market: Sides, member: Someone): Promise<string> => {
    const id = randomUUID();
    await at.system.source.query(
      `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at)
       values ($1, $2, $3, $4, $5, $6, $7, 'stripe', 'charging', app_now(), app_now())`,
      [id, randomUUID(), randomUUID(), market.agencyId, member.organisationId, EUR, DEPOSIT],
    );
    return id;
  };
  const intentOf = async (member: Someone): Promise<string> => {
    const rows: { id: string }[] = await at.system.source.query(
      'select stripe_id as id from stripe_customer where member_id = $1',
      [member.organisationId],
    );
    const payments = at.asked.model.store.all('payment_intent');
    return payments.find((each) => each['customer'] === rows[0]?.id && each['_invoice'] !== undefined)?.id ?? '';
  };

  const story = async (seed: number): Promise<unknown> => {
    const { asked, system } = at;
    const { model, stripe } = asked;
    const market = await sides(system, MEMBERS, { currency: EUR });
    const { officer, members, provider, agencyId } = market;
    const providerId = provider.organisationId;
    await hasAccount(system, asked, providerId);
    for (const [place, { organisationId }] of members.entries()) {
      await hasMethod(system, asked, organisationId, TOKENS[place % TOKENS.length] ?? '');
    }
    const deposits: string[] = [];
    for (const member of members) deposits.push(await depositOf(market, member));
    const wanted = members.map(({ organisationId: memberId }) => ({ memberId, shares: [{ providerId, net: NET }] }));
    const invoices = await issue(system, agencyId, '2026-02', wanted, EUR);
    await noticePasses(system);
    const each = async (
      kind: number | undefined,
      what: (member: Someone, invoice: Issued) => unknown,
    ): Promise<void> => {
      for (const [place, member] of members.entries()) {
        if (place % TOKENS.length === kind) await what(member, invoices[place] as Issued);
      }
    };
    await tellSome(seed, 0.5);

    const { id: payoutId } = (await officer.post('/api/v1/payouts', { providerId, currency: EUR }).expect(201))
      .body as { id: string };
    await officer.post(`/api/v1/payouts/${payoutId}/pay`, {}).expect(200);
    await system.settled();
    const disputes: [string, 'won' | 'lost'][] = [];
    await each(CREDITED, (_, invoice) =>
      creditNote(system, agencyId, invoice, { providerId, net: NET }, '2026-02', EUR),
    );
    await each(REFUNDED_THEN_LOST, (_, invoice) =>
      creditNote(system, agencyId, invoice, { providerId, net: NET / 2 }, '2026-02', EUR),
    );
    await each(LOST, async (member) => disputes.push([model.dispute(await intentOf(member)), 'lost']));
    await each(REFUNDED_THERE, async (member) =>
      stripe.refunds.create({ payment_intent: await intentOf(member), amount: 3_000 }),
    );
    for (const [place, id] of deposits.entries()) {
      const kind = place % TOKENS.length;
      // Those of methods that fail are asked for by bank by then, or are not, as it comes.
      if (place < TOKENS.length || kind === 2 || kind === 9) continue;
      await officer.post(`/api/v1/deposits/${id}/return`, { why: 'It is not needed.' }).expect(200);
    }
    await tellSome(seed + 1, 0.5);

    model.advanceDays(4);
    await each(REFUNDED_UNTOLD, async (member) =>
      stripe.refunds.create({ payment_intent: await intentOf(member), amount: 4_000 }),
    );
    const again: string[] = [];
    await each(TAKEN_AGAIN, async (member) => again.push(model.dispute(await intentOf(member))));
    disputes.push(...again.map((id): [string, 'won'] => [id, 'won']));
    await each(WON, async (member) => disputes.push([model.dispute(await intentOf(member)), 'won']));
    await each(REFUNDED_THEN_LOST, async (member) => disputes.push([model.dispute(await intentOf(member)), 'lost']));
    await tellSome(seed + 2, 0.5);
    for (const [id, outcome] of disputes) model.closeDispute(id, outcome);
    await tellSome(seed + 3, 0.5);
    for (const id of again) model.withdraw(id, 'lost');
    model.advanceDays(4);
    await tellSome(seed + 4, 0.5);
    await tellSome(seed + 5, 0);
    // What was given back to a bank account only now has its days, too.
    model.advanceDays(4);
    await tellSome(seed + 6, 0);
    return stateOf(market);
  };

  /** All that is known of a market's money, without ids and numbers. */
  const stateOf = async ({ members, agencyId, provider }: Sides): Promise<unknown> => {
    const ids = members.map(({ organisationId }) => organisationId);
    const of = (columns: string, from: string): string =>
      `(select json_agg(t order by t.member, t::text) from (
          select array_position($1::uuid[], member_id) as member, ${columns} from ${from} where member_id = any($1)) t)`;
    const rows: unknown[] = await at.system.source.query(
      `select
         ${of('state, open_minor, paid_minor, returned_minor, credited_minor, attempts, failure, reminders', 'collection')}
           as collections,
         ${of('state, way, credited_minor, refunded_minor, failure', 'deposit')} as deposits,
         ${of('way, minor, returned_minor', 'payment')} as payments,
         ${of('way, state, minor', 'refund')} as refunds,
         ${of('d.state, d.minor', 'dispute d join payment p on p.id = d.payment_id')} as disputes,
         (select json_agg(t order by t::text) from (
            select r.state, r.minor from payout_reversal r join payout p on p.id = r.payout_id where p.agency_id = $2) t)
           as reversals,
         (select json_agg(t order by t::text) from (
            select array_position($1::uuid[], organisation_id) as member, organisation_id = $3 as provider, purpose,
              sum(minor) as minor
            from ledger_line where organisation_id = any($1) or organisation_id in ($2, $3) group by organisation_id, purpose) t)
           as accounts`,
      [ids, agencyId, provider.organisationId],
    );
    return rows[0];
  };

  it(`ends in the same state and balances: ${ORDERS} orders, each tripled and late`, async () => {
    const ends: unknown[] = [];
    for (let market = 0; market < ORDERS / MEMBERS; market += 1) ends.push(await story(1 + 10 * market));
    for (const end of ends) expect(end).toEqual(ends[0]);
    const text = JSON.stringify(ends[0]);
    const told = ['paid', 'failed', 'due', 'won', 'lost', 'owed', 'done', 'held', 'refunded'];
    expect(told.filter((state) => !text.includes(`"state":"${state}"`))).toEqual([]);
    expect(await wrongInBooks(at.system)).toEqual([]);
    const left: unknown[] = await at.system.source.query(
      `select id, type, state, last_error from stripe_event where state in ('waiting', 'failed')`,
    );
    expect(left).toEqual([]);
    const kinds: unknown[] = await at.system.source.query(
      `select distinct object_kind from stripe_event where object_kind in
         ('invoice', 'payment_intent', 'refund', 'dispute', 'transfer')`,
    );
    expect(kinds).toHaveLength(5);
  }, 600_000);
});
