/** Deposits: asked for when an offer is accepted, held for the member, credited to the first invoice of their agreement, or given back. */
import { Injectable } from '@nestjs/common';
import { type AskedFor, BillingQueries } from '../billing/billing.queries.js';
import type { Actor } from '../kernel/actor.js';
import { dayOf } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { notFound } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { updatedRows } from '../platform/jobs/performer.js';
import { askFor, type ChargedBy, type EndedDeposit, tellNotAsked, tellOfCharge, writeLetters } from './letters.js';
import { chargeable } from './chargeable.js';
import { ReceivingService } from './receiving.service.js';
import { RefundsService } from './refunds.service.js';
import { assign, type Claim } from './rules/assign.js';
import { whyNotReturn } from './rules/deposits.js';
import type { DepositState } from './rules/lifecycles.js';
import { isTakenBy } from './rules/method-kinds.js';
import { StripeGateway } from './stripe-gateway.js';

interface Side {
  readonly agencyId: string;
  readonly currency: string;
}

interface Waiting {
  readonly id: string;
  readonly number: string;
  readonly state: DepositState;
  readonly agreementId: string;
  readonly minor: Minor;
  readonly collection: string;
  readonly openMinor: Minor;
}

@Injectable()
export class DepositsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly billing: BillingQueries,
    private readonly receiving: ReceivingService,
    private readonly refunds: RefundsService,
    private readonly gateway: StripeGateway,
  ) {}

  /**
   * Asks for the deposits of the accepted offers of an agreement, of one or of all, and gives up those of offers that are not
   * accepted any more. Asked again, it does nothing.
   */
  async follow(deed: Deed, agreementId: string, offerId: string | null): Promise<void> {
    await oneAtATime(deed, agreementId);
    const sides: Side[] = await deed.tx.query(
      `select agency_id as "agencyId", currency from agreement_offer where agreement_id = $1 limit 1`,
      [agreementId],
    );
    const [side] = sides;
    if (!side) return;
    const terms = await this.billing.terms(deed.tx, side.agencyId, side.currency);
    if (terms.depositMinor > 0n) await this.ask(deed, agreementId, offerId, terms.depositMinor);
    await this.end(
      deed,
      agreementId,
      `o.state in ('made', 'standing', 'declined') and ($3::uuid is null or o.offer_id = $3)`,
      'The offer is not accepted any more.',
      [offerId],
    );
  }

  private async ask(deed: Deed, agreementId: string, offerId: string | null, depositMinor: Minor): Promise<void> {
    await deed.tx.query(
      `update deposit d set why_ended = null from agreement_offer o
       where o.agreement_id = $1 and ($2::uuid is null or o.offer_id = $2) and o.state = 'accepted'
         and d.offer_id = o.offer_id and d.state = 'processing' and d.why_ended is not null`,
      [agreementId, offerId],
    );
    const asked: { id: string; memberId: string; number: string; currency: string; openMinor: Minor }[] =
      await deed.tx.query(
        `insert into deposit (offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at)
         select offer_id, agreement_id, agency_id, member_id, currency, $3 * quantity,
           case when charged then 'stripe' else 'bank' end, case when charged then 'charging' else 'asked' end,
           case when charged then $4::timestamptz end, $4
         from (select o.*, $5 and ${chargeable('o.member_id')} as charged from agreement_offer o
               where o.agreement_id = $1 and ($2::uuid is null or o.offer_id = $2) and o.state = 'accepted') o
         on conflict (offer_id) where why_ended is null and state not in ('withdrawn', 'refunding', 'refunded') do nothing
         returning id, member_id as "memberId", number, currency, minor as "openMinor"`,
        [agreementId, offerId, depositMinor, deed.now, this.gateway.on],
      );
    await tell(deed, asked);
  }

  /** The offers of an agreement are at their end: deposits of those that settled wait for the first invoice. */
  async settle(deed: Deed, agreementId: string): Promise<void> {
    await oneAtATime(deed, agreementId);
    await deed.tx.query(
      `update deposit d set settled_at = $2 from agreement_offer o
       where d.agreement_id = $1 and o.offer_id = d.offer_id and o.state = 'settled' and d.settled_at is null`,
      [agreementId, deed.now],
    );
    await this.end(deed, agreementId, `o.state <> 'settled'`, 'The offer did not settle.');
  }

  /** Nothing came of the agreement: every deposit goes back. */
  async fall(deed: Deed, agreementId: string): Promise<void> {
    await oneAtATime(deed, agreementId);
    await this.end(deed, agreementId, 'true', 'Too few lines agreed to the price.');
  }

  /** A line of the agreement was cancelled, or ended before it worked: its deposit goes back, unless an invoice had it. */
  async drop(deed: Deed, agreementId: string, offerId: string): Promise<void> {
    await oneAtATime(deed, agreementId);
    await this.end(deed, agreementId, 'o.offer_id = $3', 'Nothing came of its line.', [offerId]);
  }

  /**
   * Ends the deposits of these offers: what is held is owed back, what is only asked for is asked for no longer. What a bank
   * contests is marked, so that it goes back if the bank loses.
   */
  private async end(deed: Deed, agreementId: string, which: string, why: string, more: unknown[] = []): Promise<void> {
    const ended = await deed.tx
      .query(
        `update deposit d set why_ended = $2,
           state = case when d.state in ('asked', 'charging') then 'withdrawn' else d.state end,
           due_at = null
         from agreement_offer o
         where d.agreement_id = $1 and o.offer_id = d.offer_id and ${which} and d.why_ended is null
           and d.state in ('asked', 'charging', 'processing', 'held', 'refunded')
         returning d.id, d.state, d.number, d.member_id as "memberId", d.currency, d.why_ended as why`,
        [agreementId, why, ...more],
      )
      .then(updatedRows<EndedDeposit & { state: DepositState }>);
    await writeLetters(deed.tx, ended.filter(({ state }) => state === 'withdrawn').map(tellNotAsked));
    await this.refunds.oweDeposits(
      deed,
      ended.flatMap(({ id, state }) => (state === 'held' ? [id] : [])),
    );
  }

  /**
   * Credits held deposits to these invoices, which have just been issued, as far as they ask for the lines of the deposit's
   * own agreement; what is left of a deposit goes back, and what was asked for and has not come is asked for no longer.
   * Deposits of agreements that the invoices do not bill go on waiting.
   */
  async creditTo(deed: Deed, collectionIds: readonly string[]): Promise<void> {
    const waiting: Waiting[] = await deed.tx.query(
      `select d.id, d.number, d.state, d.agreement_id as "agreementId", d.minor - d.refunded_minor as minor,
         c.id as collection, c.open_minor as "openMinor"
       from collection c join deposit d
         on d.member_id = c.member_id and d.agency_id = c.issuer_id and d.currency = c.currency
       where c.id = any($1) and d.settled_at is not null
         and (d.state in ('asked', 'charging') or d.state = 'held' and d.why_ended is null)
       order by d.sequence for update of d`,
      [collectionIds],
    );
    if (waiting.length === 0) return;
    const invoices = [...new Set(waiting.map(({ collection }) => collection))];
    const open = new Map(waiting.map(({ collection, openMinor }) => [collection, openMinor]));
    const claims = claimsOf(await this.billing.askedFor(deed.tx, invoices), open);
    const named = new Set(claims.map(({ number }) => number));
    const found = waiting.filter((each) => named.has(claimKey(each.collection, each.agreementId)));
    const held = found.filter(({ state }) => state === 'held');
    const numbers = new Map(held.map(({ id, number }) => [id, number]));
    const purses = held.map((each) => ({ ...each, numbers: [claimKey(each.collection, each.agreementId)] }));
    const credits = assign(purses, claims);
    await this.receiving.receive(
      deed,
      credits.map(({ purse, claim, minor }) => ({
        collectionId: claim,
        depositId: purse,
        way: 'deposit',
        reference: numbers.get(purse) ?? '',
        minor,
      })),
    );
    await deed.tx.query(
      `update deposit d set credited_minor = c.minor,
         state = case when c.minor = d.minor - d.refunded_minor then 'credited' else d.state end,
         why_ended = case when c.minor < d.minor - d.refunded_minor then 'The first invoice asked for less.' end
       from unnest($1::uuid[], $2::bigint[]) as c (id, minor) where d.id = c.id`,
      [purses.map(({ id }) => id), purses.map(({ id }) => credits.find(({ purse }) => purse === id)?.minor ?? 0n)],
    );
    await this.refunds.oweDeposits(
      deed,
      purses.map(({ id }) => id),
    );
    const withdrawn = await deed.tx
      .query(
        `update deposit set state = 'withdrawn', due_at = null, why_ended = 'The first invoice has been issued.'
         where id = any($1) and state in ('asked', 'charging')
         returning id, number, member_id as "memberId", currency, why_ended as why`,
        [found.map(({ id }) => id)],
      )
      .then(updatedRows<EndedDeposit>);
    await writeLetters(deed.tx, withdrawn.map(tellNotAsked));
  }

  /**
   * An officer gives a deposit back before its time, such as that of a line that was cancelled.
   * @throws Refusal 'deposit.not-found', 'deposit.not-held'
   */
  async return(actor: Actor, id: string, why: string): Promise<{ id: string; state: DepositState }> {
    return this.deeds.run(actor, 'deposits.return', { id, why }, async (deed) => {
      const rows: { state: DepositState; ended: boolean }[] = await deed.tx.query(
        `select state, why_ended is not null as ended from deposit where id = $1 and agency_id = $2 for update`,
        [id, actor.organisationId],
      );
      const [row] = rows;
      if (!row) throw notFound('deposit');
      const refusal = whyNotReturn(row.state);
      if (refusal) throw refusal;
      const ended = await deed.tx
        .query(
          `update deposit set why_ended = $2, due_at = null,
             state = case when state in ('asked', 'charging') then 'withdrawn' else state end where id = $1
           returning id, state, number, member_id as "memberId", currency, why_ended as why`,
          [id, why],
        )
        .then(updatedRows<EndedDeposit & { state: DepositState }>);
      await writeLetters(deed.tx, ended.filter(({ state }) => state === 'withdrawn').map(tellNotAsked));
      await this.refunds.oweDeposits(deed, [id]);
      await deed.record({ type: 'deposit', id }, {}, why);
      const after: { state: DepositState }[] = await deed.tx.query('select state from deposit where id = $1', [id]);
      return { id, state: after[0]?.state ?? row.state };
    });
  }
}

/** Or a deposit could be asked for an offer while its round ends, and nobody would look at it again. */
async function oneAtATime({ tx }: Deed, agreementId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('deposits ' || $1, 0))`, [agreementId]);
}

/**
 * Tells of deposits that were just asked for: to be transferred, or taken by a card at once. Direct debits are announced by
 * whoever is to take them; what Stripe does not take is asked for then, too.
 */
async function tell(
  { tx, now }: Deed,
  asked: readonly { id: string; memberId: string; number: string; currency: string; openMinor: Minor }[],
): Promise<void> {
  const charged: { id: string; by: ChargedBy }[] = await tx.query(
    `select d.id, json_build_object('kind', m.kind, 'brand', m.brand, 'lastFour', m.last_four) as by
     from deposit d join member_payment_method m on m.member_id = d.member_id where d.id = any($1) and d.way = 'stripe'`,
    [asked.map(({ id }) => id)],
  );
  const by = new Map(charged.map((each) => [each.id, each.by]));
  await writeLetters(
    tx,
    asked.flatMap((each) => {
      const method = by.get(each.id);
      if (!method) return [askFor('deposit', each, null)];
      return method.kind === 'card' && isTakenBy('card', each.openMinor, each.currency)
        ? [tellOfCharge('deposit', each, dayOf(now), method)]
        : [];
    }),
  );
}

function claimKey(collection: string, agreementId: string): string {
  return `${collection} ${agreementId}`;
}

/** What deposits may be credited to: the part of each agreement, and of an invoice in all no more than is open of it. */
function claimsOf(asked: readonly AskedFor[], open: Map<string, Minor>): Claim[] {
  return asked.map(({ invoiceId, agreementId, minor }) => {
    const left = open.get(invoiceId) ?? 0n;
    const openMinor = minor < left ? minor : left;
    open.set(invoiceId, left - openMinor);
    return { number: claimKey(invoiceId, agreementId), id: invoiceId, openMinor, whole: false, needed: true };
  });
}
