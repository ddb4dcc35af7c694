/** Collections: opened when invoices are issued, reduced by credit notes, and what officers decide about them. */
import { Injectable } from '@nestjs/common';
import { type Actor, systemActor } from '../kernel/actor.js';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { addDays } from '../kernel/period.js';
import { notFound, unless } from '../kernel/refusal.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { SubscriptionsService } from '../subscriptions/subscriptions.service.js';
import { type CollectionRow, lockCollections, moveCollections, writeOff } from './collection-rows.js';
import { DepositsService } from './deposits.service.js';
import { orderVoids } from './invoice-voids.js';
import { askFor, type ChargedBy, tellOfCharge, tellOfPaid, tellOfSuspension, writeLetters } from './letters.js';
import { chargeable } from './chargeable.js';
import { RefundsService } from './refunds.service.js';
import { openOf } from './rules/amounts.js';
import { collectionLifecycle, type CollectionState } from './rules/lifecycles.js';
import { isTakenBy } from './rules/method-kinds.js';
import { GRACE_DAYS } from './rules/schedule.js';
import { type Suspension, whyNotSuspend } from './rules/suspension.js';
import { StripeGateway } from './stripe-gateway.js';

/** Invoices that one transaction opens the collection of. */
const CHUNK = 5_000;

interface Opened {
  readonly id: string;
  readonly memberId: string;
  readonly number: string;
  readonly currency: string;
  readonly openMinor: Minor;
  /** nothing but a deposit has paid of it yet */
  readonly depositMinor: Minor;
  readonly dueOn: string;
  /** when it is charged, and by what; null when a transfer is awaited */
  readonly chargedOn: string | null;
  readonly chargedBy: ChargedBy | null;
}

@Injectable()
export class CollectionsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly ledger: LedgerService,
    private readonly deposits: DepositsService,
    private readonly refunds: RefundsService,
    private readonly subscriptions: SubscriptionsService,
    private readonly gateway: StripeGateway,
  ) {}

  /** Opens a collection for each invoice of a run. It goes on where it was ended; asked again, it does nothing. */
  async openRun(runId: string): Promise<void> {
    for (let after: string | null = null; ;) {
      const last: string | null = await this.deeds.run(
        systemActor('payments'),
        'payments.open-collections',
        null,
        (deed) => this.openSome(deed, runId, after),
      );
      if (last === null) return;
      after = last;
    }
  }

  /** @returns the last member of these invoices; null when there are no more */
  private async openSome(deed: Deed, runId: string, after: string | null): Promise<string | null> {
    await deed.tx.query(`select pg_advisory_xact_lock(hashtextextended('collections ' || $1, 0))`, [runId]);
    const ends: { last: string }[] = await deed.tx.query(
      `select member_id as last from (
         select member_id from issued_invoice
         where run_id = $1 and kind = 'invoice' and ($2::uuid is null or member_id > $2) order by member_id limit $3) m
       order by member_id desc limit 1`,
      [runId, after, CHUNK],
    );
    const last = ends[0]?.last;
    if (last === undefined) return null;
    const opened: { id: string }[] = await deed.tx.query(
      `insert into collection (id, number, issuer_id, member_id, currency, month, due_on, total_minor, way, state, due_at,
         settled_at)
       select invoice_id, number, issuer_id, member_id, currency, month, due_on, total_minor,
         case when charged then 'stripe' else 'bank' end,
         case when total_minor = 0 then 'paid' when charged then 'collecting' else 'due' end,
         case when total_minor = 0 then null when charged then $5
              else (due_on + 1 + $6::integer)::timestamp at time zone interval '9 hours' end,
         case when total_minor = 0 then $5::timestamptz end
       from (select i.*, $4 and ${chargeable('i.member_id')} as charged from issued_invoice i
             where i.run_id = $1 and i.kind = 'invoice' and ($2::uuid is null or i.member_id > $2) and i.member_id <= $3
               and not exists (select from collection c where c.id = i.invoice_id)
             order by i.member_id) i
       returning id`,
      [runId, after, last, this.gateway.on, deed.now, GRACE_DAYS],
    );
    const ids = opened.map(({ id }) => id);
    await this.deposits.creditTo(deed, ids);
    const asked: Opened[] = await deed.tx.query(
      `select c.id, c.member_id as "memberId", c.number, c.currency, c.open_minor as "openMinor", c.paid_minor as "depositMinor",
         c.due_on::text as "dueOn",
         (c.due_at at time zone interval '9 hours')::date::text as "chargedOn",
         case when m.id is not null then json_build_object('kind', m.kind, 'brand', m.brand, 'lastFour', m.last_four) end
           as "chargedBy"
       from collection c
         left join payment_method m on c.way = 'stripe' and m.member_id = c.member_id and m.state = 'active'
       where c.id = any($1) order by c.sequence`,
      [ids],
    );
    const untaken = new Set(
      asked.flatMap(({ id, chargedBy, openMinor, currency }) =>
        chargedBy && openMinor > 0n && !isTakenBy(chargedBy.kind, openMinor, currency) ? [id] : [],
      ),
    );
    await awaitTransfers(deed, [...untaken]);
    await writeLetters(
      deed.tx,
      asked.flatMap((each) => {
        if (each.openMinor <= 0n) return [tellOfPaid(each)];
        if (!each.chargedBy || !each.chargedOn || untaken.has(each.id)) return [askFor('invoice', each, each.dueOn)];
        // Direct debits are announced by whoever is to take them, with the day from which that may be.
        return each.chargedBy.kind === 'card' ? [tellOfCharge('invoice', each, each.chargedOn, each.chargedBy)] : [];
      }),
    );
    return last;
  }

  /** A credit note takes back part of an invoice: less is open, or it is owed back. */
  async credit(deed: Deed, creditNoteId: string): Promise<void> {
    const notes: { invoiceId: string; minor: Minor }[] = await deed.tx.query(
      `select credits_invoice_id as "invoiceId", abs(total_minor)::bigint as minor from issued_invoice
       where invoice_id = $1 and kind = 'credit-note'`,
      [creditNoteId],
    );
    const [note] = notes;
    if (!note) throw new Error(`there is no credit note ${creditNoteId}`);
    const rows = await lockCollections(deed.tx, [note.invoiceId]);
    // The run's collections are being opened: the fact is brought again in a moment.
    if (rows.length === 0) throw new Error(`invoice ${note.invoiceId} is not collected yet`);
    const after = await moveCollections(deed, this.ledger, rows, [{ id: note.invoiceId, credited: note.minor }]);
    await this.refunds.oweExcess(deed, after);
    await orderVoids(
      deed,
      after.filter((row) => openOf(row) <= 0n).map((row) => row.id),
    );
  }

  /**
   * An officer decides whether the lines of a member that does not pay are suspended. Whoever refrains is asked again
   * after a while.
   * @throws Refusal 'collection.not-found', 'collection.cannot-decide', 'suspension.until'
   */
  async decide(actor: Actor, id: string, wish: Suspension): Promise<{ id: string; state: CollectionState }> {
    return this.deeds.run(actor, 'collections.decide', { id, ...wish }, async (deed) => {
      const row = await this.own(deed, actor, id);
      const state = transition(collectionLifecycle, row.state, 'decide');
      unless(whyNotSuspend(wish, deed.now));
      const suspended = wish.decision === 'suspend' ? await this.suspend(deed, row, wish.why) : [];
      await deed.tx.query(
        `update collection set state = $2, decision = $3, decided_at = $4, due_at = $5 where id = $1`,
        [id, state, wish.decision, deed.now, wish.decision === 'suspend' ? null : (wish.until ?? addDays(deed.now, 7))],
      );
      await deed.record({ type: 'collection', id }, { decision: wish.decision, suspended }, wish.why);
      return { id, state };
    });
  }

  private async suspend(deed: Deed, row: CollectionRow, why: string): Promise<string[]> {
    const lines: { id: string; number: string }[] = await deed.tx.query(
      `select l.subscription_id as id, l.number from billable_line l
         join service_period p on p.subscription_id = l.subscription_id and p.until_on is null
       where l.member_id = $1 and l.agency_id = $2 and l.currency = $3 order by l.number`,
      [row.memberId, row.issuerId, row.currency],
    );
    const ids = lines.map(({ id }) => id);
    if (ids.length === 0) return [];
    const suspended = await this.subscriptions.suspend(deed, ids, why);
    await deed.tx.query(
      `insert into collection_suspension (issuer_id, collection_id, subscription_id, suspended_at)
       select $1, $2, id, $4 from unnest($3::uuid[]) with ordinality as s (id, at) order by at`,
      [row.issuerId, row.id, suspended, deed.now],
    );
    const gone = new Set(suspended);
    const numbers = lines.flatMap(({ id, number }) => (gone.has(id) ? [number] : []));
    if (numbers.length > 0)
      await writeLetters(deed.tx, [tellOfSuspension({ ...row, openMinor: openOf(row) }, numbers, why)]);
    return suspended;
  }

  /** An officer gives up: what is open is written off, so that nobody is asked any more. It may still be paid. */
  async giveUp(actor: Actor, id: string, why: string): Promise<{ id: string; state: CollectionState }> {
    return this.deeds.run(actor, 'collections.give-up', { id, why }, async (deed) => {
      const row = await this.own(deed, actor, id);
      const state = transition(collectionLifecycle, row.state, 'give-up');
      await writeOff(deed, this.ledger, row);
      await orderVoids(deed, [id]);
      await deed.record({ type: 'collection', id }, { writtenOff: openOf(row) }, why);
      return { id, state };
    });
  }

  private async own(deed: Deed, actor: Actor, id: string): Promise<CollectionRow> {
    const [row] = await lockCollections(deed.tx, [id]);
    if (!row || row.issuerId !== actor.organisationId) throw notFound('collection');
    return row;
  }
}

/** What Stripe does not charge by the member's method has the time of any transfer. */
async function awaitTransfers({ tx }: Deed, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update collection set way = 'bank', state = $3,
       due_at = (due_on + 1 + $2::integer)::timestamp at time zone interval '9 hours' where id = any($1)`,
    [ids, GRACE_DAYS, collectionLifecycle.initial],
  );
}
