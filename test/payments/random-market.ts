/** A market at the tests' Stripe in which anything may happen at any time: what may be done in it, and what must hold of it. */
import { randomUUID } from 'node:crypto';
import type { Thing } from '../support/stripe/store.js';
import type { Someone } from '../support/system.js';
import { applied, type AtStripe } from './at-stripe.js';
import { creditNote, issue, type Issued } from './issued.js';
import { booking, type Sides, sides } from './paid-market.js';
import { hasAccount, hasMethod } from './told.js';

const EUR = 'EUR';
const DAY_MILLIS = 86_400_000;
const MOST_MEMBERS = 4;

/** By what members pay; the last one by bank. */
const TOKENS = [
  'pm_card_bypassPending',
  'pm_card_visa',
  'pm_card_bypassPending',
  'pm_success_de',
  'pm_insufficientFunds_de',
  'pm_card_chargeCustomerFail',
  'pm_card_refundFail',
  'pm_successDelayed_de',
  'pm_card_bypassPending',
  null,
] as const;

/** What of Stripe may fail: before it has done anything, or so that its answer is lost. */
const ROUTES = [
  'POST /v1/invoices/:id/pay',
  'POST /v1/invoices',
  'POST /v1/payment_intents',
  'POST /v1/refunds',
  'POST /v1/transfers',
  'POST /v1/transfers/:id/reversals',
  'POST /v1/invoices/:id/void',
] as const;

/** What may be done, the usual more often. */
export const DEEDS = [
  'join',
  'change',
  'bill',
  'bill',
  'pay',
  'credit',
  'credit',
  'giveUp',
  'giveUp',
  'leave',
  'giveBack',
  'refund',
  'refundThere',
  'dispute',
  'decide',
  'decide',
  'payOut',
  'payOut',
  'payOut',
  'fail',
  'tell',
  'tell',
  'wait',
  'wait',
  'wait',
] as const;

/** One deed: `which` picks what it is about, `much` how much of it, from 0 to 99. */
export interface Step {
  readonly what: (typeof DEEDS)[number];
  readonly which: number;
  readonly much: number;
}

export class RandomMarket {
  private readonly members: Someone[] = [];
  private readonly invoices: (Issued & { left: number })[] = [];
  private readonly deposits: string[] = [];
  private months = 0;

  private constructor(
    private readonly at: AtStripe,
    readonly all: Sides,
  ) {}

  static async open(at: AtStripe): Promise<RandomMarket> {
    const all = await sides(at.system, 0, { currency: EUR, reserveBp: 500, reserveDays: 10 });
    await hasAccount(at.system, at.asked, all.provider.organisationId);
    const market = new RandomMarket(at, all);
    for (const which of [1, 2]) await market.join({ what: 'join', which, much: 0 });
    await market.bill({ what: 'bill', which: 0, much: 50 });
    return market;
  }

  async take(step: Step): Promise<void> {
    await this[step.what](step);
    await this.at.system.settled();
    expect(await this.owedTwice()).toEqual([]);
  }

  /** What officers are told to transfer back though the member is owed less. */
  private async owedTwice(): Promise<unknown[]> {
    return this.at.system.source.query(
      `select c.number, c.open_minor::text as open, sum(r.minor)::text as owed
       from refund r join collection c on c.id = r.collection_id
       where c.issuer_id = $1 and r.state = 'owed' group by c.id having sum(r.minor) > greatest(-c.open_minor, 0)
       union all
       select d.number, (d.minor - d.credited_minor - d.refunded_minor)::text, sum(r.minor)::text
       from refund r join deposit d on d.id = r.deposit_id
       where d.agency_id = $1 and r.state = 'owed' group by d.id
       having sum(r.minor) > greatest(d.minor - d.credited_minor - d.refunded_minor, 0)`,
      [this.all.agencyId],
    );
  }

  /** Everything that was begun comes to its end: what is late is told, days pass, and the bank does what it is asked for. */
  async end(): Promise<void> {
    const { model } = this.at.asked;
    model.mend();
    for (let weeks = 0; weeks < 3; weeks += 1) {
      await this.passes(8);
      await model.deliveries.deliver({ seed: weeks, copies: 2 });
      await applied(this.at);
      await this.refund();
    }
  }

  private async join({ which }: Step): Promise<void> {
    if (this.members.length >= MOST_MEMBERS) return;
    const member = await this.at.system.someone('owner');
    this.members.push(member);
    const token = pick(TOKENS, which);
    if (token) await hasMethod(this.at.system, this.at.asked, member.organisationId, token);
  }

  private async change({ which, much }: Step): Promise<void> {
    const [member, token] = [pick(this.members, which), pick(TOKENS, much)];
    if (member && token) await hasMethod(this.at.system, this.at.asked, member.organisationId, token);
  }

  private async bill({ much }: Step): Promise<void> {
    this.months += 1;
    const month = `${2040 + this.months}-01`;
    const wanted = this.members.map(({ organisationId: memberId }, place) => ({
      memberId,
      shares: [this.share(1_000 + 50 * (much + place))],
    }));
    const made = await issue(this.at.system, this.all.agencyId, month, wanted, EUR);
    this.invoices.push(...made.map((one, place) => ({ ...one, left: wanted[place]?.shares[0]?.net ?? 0 })));
  }

  /** More or less than is asked for, as it comes. */
  private async pay({ which, much }: Step): Promise<void> {
    const invoice = pick(this.invoices, which);
    if (!invoice) return;
    const minor = 1 + Math.floor((invoice.total * 1.3 * much) / 100);
    const order = { ...booking(invoice.number, minor, randomUUID()), currency: EUR };
    await this.all.officer.post('/api/v1/payments/bank', order);
  }

  private async credit({ which, much }: Step): Promise<void> {
    const invoice = pick(this.invoices, which);
    const net = Math.min(invoice?.left ?? 0, 50 * (1 + much));
    if (!invoice || net === 0) return;
    invoice.left -= net;
    await creditNote(this.at.system, this.all.agencyId, invoice, this.share(net), '2040-01', EUR);
  }

  private async giveUp({ which }: Step): Promise<void> {
    const invoice = pick(this.invoices, which);
    if (invoice) await this.twice(`collections/${invoice.id}/give-up`, { why: 'It is lost.' });
  }

  /** A member leaves a deposit. */
  private async leave({ which, much }: Step): Promise<void> {
    const member = pick(this.members, which);
    if (!member) return;
    const id = randomUUID();
    this.deposits.push(id);
    await this.at.system.source.query(
      `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at)
       values ($1, $1, $1, $2, $3, $4, $5, 'stripe', 'charging', app_now(), app_now())`,
      [id, this.all.agencyId, member.organisationId, EUR, 500 + much],
    );
  }

  private async giveBack({ which }: Step): Promise<void> {
    const deposit = pick(this.deposits, which);
    if (deposit) await this.twice(`deposits/${deposit}/return`, { why: 'It is not needed.' });
  }

  /** Whatever is owed by bank is transferred, and said twice. */
  private async refund(): Promise<void> {
    const { body } = await this.all.officer.get('/api/v1/refunds?state=owed&way=bank&limit=200').expect(200);
    for (const { id } of (body as { items: { id: string }[] }).items) {
      await this.twice(`refunds/${id}/confirm`, { bankReference: `OUT-${id}` });
    }
  }

  /** Somebody gives money back at Stripe itself, as far as Stripe lets them. */
  private async refundThere({ which, much }: Step): Promise<void> {
    const charge = pick(await this.charges(), which);
    if (!charge) return;
    const amount = 1 + Math.floor((Number(charge['amount']) * much) / 200);
    const wish = { payment_intent: String(charge['payment_intent']), amount };
    await this.at.asked.stripe.refunds.create(wish).catch(() => undefined);
  }

  private async dispute({ which, much }: Step): Promise<void> {
    const charge = pick(
      (await this.charges()).filter((each) => each['disputed'] === false),
      which,
    );
    if (charge) this.at.asked.model.dispute(String(charge['payment_intent']), 'fraudulent', much < 20);
  }

  private async decide({ which, much }: Step): Promise<void> {
    const { model } = this.at.asked;
    const own = new Set((await this.charges()).map(({ id }) => id));
    const dispute = pick(
      model.store.all('dispute').filter((each) => own.has(String(each['charge']))),
      which,
    );
    if (!dispute) return;
    const status = String(dispute['status']);
    if (status === 'needs_response') model.closeDispute(dispute.id, much < 50 ? 'won' : 'lost');
    else if (status === 'won') model.withdraw(dispute.id, 'lost');
    else if (status !== 'warning_needs_response') return;
    else if (much < 50) model.closeDispute(dispute.id, 'warning_closed');
    else model.withdraw(dispute.id, 'needs_response');
  }

  private async payOut({ which, much }: Step): Promise<void> {
    const { officer, provider } = this.all;
    const wish = { providerId: provider.organisationId, currency: EUR, ...(much < 20 ? { way: 'bank' } : {}) };
    const { body } = await officer.get('/api/v1/payouts?state=refused').expect(200);
    for (const { id } of (body as { items: { id: string }[] }).items) {
      if (which % 2 === 0) await this.twice(`payouts/${id}/pay`, {});
      else await this.twice(`payouts/${id}/withdraw`, { why: 'It is proposed anew.' });
    }
    const { id, way } = (await officer.post('/api/v1/payouts', wish)).body as { id?: string; way?: string };
    if (id === undefined) return;
    const paid = (await officer.get(`/api/v1/payouts/${id}`).expect(200)).body as { way: string };
    if (much > 90) await this.twice(`payouts/${id}/withdraw`, { why: 'Not now.' });
    else await this.twice(`payouts/${id}/pay`, (way ?? paid.way) === 'bank' ? { bankReference: `PO-${id}` } : {});
  }

  private async fail({ which, much }: Step): Promise<void> {
    const how = much % 2 === 0 ? 'reset' : 'error';
    this.at.asked.model.failNext(pick(ROUTES, which) ?? ROUTES[0], how, 1 + (much % 3));
  }

  /** Some of what has happened is told, doubled and in another order; the rest is late. */
  private async tell({ which, much }: Step): Promise<void> {
    await this.at.asked.model.deliveries.deliver({ seed: which, copies: 2, late: much / 150, atOnce: 4 });
    await applied(this.at);
  }

  private async wait({ much }: Step): Promise<void> {
    await this.passes(1 + (much % 6));
  }

  /** At Stripe and here. */
  private async passes(days: number): Promise<void> {
    const { asked, system } = this.at;
    asked.model.advanceDays(days);
    await system.passTo(new Date((await system.now()).getTime() + days * DAY_MILLIS));
  }

  private share(net: number): { providerId: string; net: number } {
    return { providerId: this.all.provider.organisationId, net };
  }

  /** The same deed by two at a time: at most one of them does it. */
  private async twice(path: string, body: object): Promise<void> {
    await Promise.all([1, 2].map(() => this.all.officer.post(`/api/v1/${path}`, body)));
  }

  /** What was charged of the members at Stripe, and got through. */
  async charges(): Promise<Thing[]> {
    const rows: { id: string }[] = await this.at.system.source.query(
      'select stripe_id as id from stripe_customer where member_id = any($1)',
      [this.members.map(({ organisationId }) => organisationId)],
    );
    const own = new Set(rows.map(({ id }) => id));
    return this.at.asked.model.store
      .all('charge')
      .filter((each) => each['status'] === 'succeeded' && own.has(String(each['customer'])));
  }

  /** What Stripe has of the members' money by its own account of it, without what it has kept. */
  async heldThere(): Promise<number> {
    const { store } = this.at.asked.model;
    const charges = await this.charges();
    const own = new Set(charges.map(({ id }) => id));
    const disputed = store
      .all('dispute')
      .filter((each) => own.has(String(each['charge'])))
      .flatMap((each) => each['balance_transactions'] as { amount: number }[]);
    const kept = charges.map((each) => Number(each['amount']) - Number(each['amount_refunded']));
    return [...kept, ...disputed.map(({ amount }) => amount)].reduce((sum, minor) => sum + minor, 0);
  }

  /** What is wrong with the market's rows once everything has come to its end: nothing. */
  async wrong(): Promise<unknown[]> {
    return this.at.system.source.query(
      `select 'more than agreed' as what, number as about, open_minor::text as minor from collection
         where issuer_id = $1 and (open_minor < 0 or paid_minor - returned_minor > total_minor - credited_minor)
       union all select 'asked for by nobody', number, open_minor::text from collection
         where issuer_id = $1 and open_minor > 0 and due_at is null and state = 'collecting'
       union all select 'refund', id::text, minor::text from refund
         where issuer_id = $1 and state not in ('done', 'withdrawn')
       union all select 'payments at Stripe', null, (held - $3)::text from (
         select coalesce(sum(minor), 0) as held from (
           select minor from payment where issuer_id = $1 and way = 'stripe'
           union all select -minor from refund where issuer_id = $1 and state = 'done' and way = 'stripe'
           union all select -d.minor from dispute d join payment p on p.id = d.payment_id
             where p.issuer_id = $1 and d.state <> 'won') m) h where held <> $3
       union all select 'provider', null, (owed - due)::text from (
         select
           (select coalesce(-sum(minor), 0) from ledger_line
            where organisation_id = $2 and purpose in ('payable', 'reserve')) as owed,
           (select coalesce(sum(case i.kind when 'invoice' then s.payable_minor else -s.payable_minor end), 0)
            from issued_invoice i join invoice_share s using (invoice_id) where i.issuer_id = $1)
           - (select coalesce(sum(paid_minor), 0) from payout where agency_id = $1 and paid_at is not null)
           + (select coalesce(sum(r.minor), 0) from payout_reversal r join payout p on p.id = r.payout_id
              where p.agency_id = $1 and r.state = 'done') as due) p where owed <> due`,
      [this.all.agencyId, this.all.provider.organisationId, await this.heldThere()],
    );
  }
}

function pick<T>(from: readonly T[], which: number): T | undefined {
  return from[which % from.length];
}
