/**
 * Each night Stripe's own list of events is held against the inbox: what nobody told us is kept and applied, too. Then what
 * Stripe has kept, and has paid out to the bank, is booked, and what is there is held against the ledger.
 */
import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Refusal } from '../kernel/refusal.js';
import { JobSource } from '../platform/database/job-source.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { messageOf } from '../platform/jobs/performer.js';
import { BankMovesService } from './bank-moves.service.js';
import { CostsService } from './costs.service.js';
import { keepEvents } from './inbox-rows.js';
import { reconciliationBegan } from './inbox.events.js';
import { nextNight } from './rules/nightly.js';
import { StripeObjects } from './stripe-objects.js';
import type { BalanceState } from './stripe-states.js';
import { type CostPage, type EventPage, StripeWatch } from './stripe-watch.js';
import { type LookedUp, UnbookedTransfers } from './unbooked-transfers.js';

/** Each night begins so much before the last one did: an event is listed some time after it happened. */
const OVERLAP = "interval '1 hour'";
/** What was told so long ago should have been applied. */
const PATIENCE = "interval '1 hour'";
/** Stripe's list goes back 30 days. */
const LISTED = "interval '29 days'";
/** What is kept of a payment is booked once the payment is known, which may be days after it was made. */
const COSTS_OVERLAP_MILLIS = 7 * 86_400_000;
const REFUSALS_KEPT = "interval '90 days'";
/** Stripe tells, lists and sends again what is younger than 30 days: longer than that, no event has to be known again. */
const EVENTS_KEPT = "interval '90 days'";
/** So many at most are let go in one night. */
const LET_GO = 50_000;

const NAME = 'payments.list-events';

/** Where a night has come to. */
interface Place {
  readonly id: string;
  readonly state: 'listing' | 'comparing' | 'costing';
  readonly since: Date | null;
  /** listing: the event, comparing: the transfer, costing: the movement behind which to go on */
  readonly cursor: string | null;
}

@Injectable()
export class InboxReconciliation {
  private readonly log = new Logger('Payments');

  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly watch: StripeWatch,
    private readonly objects: StripeObjects,
    private readonly unbooked: UnbookedTransfers,
    private readonly costs: CostsService,
    private readonly bankMoves: BankMovesService,
  ) {}

  /** The night has come. Without Stripe there is nothing to be held against anything. */
  @WhenDue({ name: 'payments.reconcile', table: 'stripe_reconciliation', states: ['planned'] })
  async begin(deed: Deed, id: string): Promise<void> {
    if (!this.watch.on) {
      await deed.tx.query('update stripe_reconciliation set due_at = $2 where id = $1', [id, nextNight(deed.now)]);
      return;
    }
    await deed.tx.query(
      `update stripe_reconciliation set state = 'listing', due_at = null, began_at = clock_timestamp(),
         since = (select max(began_at) from stripe_reconciliation where state = 'done') - ${OVERLAP}
       where id = $1`,
      [id],
    );
    await deed.announce(reconciliationBegan, { reconciliationId: id });
  }

  /**
   * Page by page, each with its place in one deed: whoever goes on after a crash goes on there. Stripe is asked between the
   * deeds, so that no transaction waits for it.
   */
  @OnFact(reconciliationBegan, { name: NAME, long: true, patient: true })
  async list({ reconciliationId: id }: { reconciliationId: string }): Promise<void> {
    for (;;) {
      const rows: Place[] = await this.source.query(
        `select id, state, since, cursor from stripe_reconciliation where id = $1 and state in ('listing', 'comparing', 'costing')`,
        [id],
      );
      const [place] = rows;
      if (!place) return;
      if (place.state === 'listing') await this.listPage(place);
      else if (place.state === 'comparing') await this.comparePage(place);
      else await this.costPage(place);
    }
  }

  private async listPage(place: Place): Promise<void> {
    const { since, cursor } = place;
    const page = await this.watch.listEvents({ since, ...(cursor === null ? {} : { after: cursor }) });
    if (page.next === null) await this.readAccounts();
    await this.deeds.runAsJob(NAME, (deed) => this.take(deed, place, page));
  }

  private async comparePage(place: Place): Promise<void> {
    const looked = await this.unbooked.lookUp(place.id, place.cursor);
    await this.deeds.runAsJob(NAME, (deed) => this.compare(deed, place, looked));
  }

  private async costPage(place: Place): Promise<void> {
    const { cursor } = place;
    const since = place.since === null ? null : new Date(place.since.getTime() - COSTS_OVERLAP_MILLIS);
    const page = await this.watch.listCosts({ since, ...(cursor === null ? {} : { after: cursor }) });
    const balance = page.next === null ? await this.watch.balance() : [];
    await this.deeds.runAsJob(NAME, (deed) => this.cost(deed, place, page, balance));
  }

  /** What happens at providers' accounts is in lists of theirs, not in ours: they are few, and all are read again. */
  private async readAccounts(): Promise<void> {
    const accounts: { id: string }[] = await this.source.query('select stripe_id as id from payout_account');
    for (const { id } of accounts) {
      try {
        await this.deeds.runAsJob(NAME, (deed) => this.objects.apply(deed, 'account', id));
      } catch (error) {
        // One that Stripe does not show us any more keeps nothing else from being held against its list.
        if (!(error instanceof Refusal) || error.code !== 'stripe.refused') throw error;
        this.log.warn(`${NAME}: ${messageOf(error)}`);
      }
    }
  }

  private async take(deed: Deed, place: Place, { events, next }: EventPage): Promise<void> {
    const { tx } = deed;
    if (!(await isThere(tx, place))) return;
    const { id } = place;
    const missed = await keepEvents(deed, this.objects, events, 'reconciliation');
    await tx.query('update stripe_event set listed_by = $2 where id = any($1)', [events.map((each) => each.id), id]);
    await tx.query(
      `insert into stripe_difference (reconciliation_id, event_id, kind) select $1, unnest($2::text[]), 'missed'`,
      [id, missed],
    );
    await tx.query(
      `update stripe_reconciliation set cursor = $2, listed = listed + $3, missed = missed + $4,
         state = case when $2::text is null then 'comparing' else state end where id = $1`,
      [id, next, events.length, missed.length],
    );
  }

  private async compare({ tx }: Deed, place: Place, looked: readonly LookedUp[]): Promise<void> {
    if (!(await isThere(tx, place))) return;
    if (looked.length === 0) {
      await tx.query(`update stripe_reconciliation set state = 'costing', cursor = null where id = $1`, [place.id]);
      return;
    }
    const { unbooked, upTo } = await this.unbooked.judge(tx, looked);
    if (upTo === null) return;
    await tx.query(
      `insert into stripe_difference (reconciliation_id, event_id, kind) select $1, unnest($2::text[]), 'unbooked'`,
      [place.id, unbooked],
    );
    await tx.query('update stripe_reconciliation set cursor = $2 where id = $1', [place.id, upTo]);
  }

  private async cost(deed: Deed, place: Place, page: CostPage, balance: readonly BalanceState[]): Promise<void> {
    if (!(await isThere(deed.tx, place))) return;
    await this.costs.book(deed, page.costs);
    await this.bankMoves.book(deed, page.bankMoves);
    if (page.next === null) return this.end(deed, place.id, balance);
    await deed.tx.query('update stripe_reconciliation set cursor = $2 where id = $1', [place.id, page.next]);
  }

  private async end({ tx, now }: Deed, id: string, balance: readonly BalanceState[]): Promise<void> {
    await tx.query(
      `insert into stripe_difference (reconciliation_id, event_id, kind)
       select r.id, e.id, 'unlisted' from stripe_reconciliation r join stripe_event e
         on e.account is null and e.created_at >= greatest(r.since, clock_timestamp() - ${LISTED})
        and e.received_at < r.began_at and e.listed_by is distinct from r.id
       where r.id = $1
       union all
       select r.id, e.id, 'waiting' from stripe_reconciliation r join stripe_event e
         on e.state in ('waiting', 'failed') and e.received_at < r.began_at - ${PATIENCE}
       where r.id = $1`,
      [id],
    );
    await tx.query(
      `update stripe_reconciliation set state = 'done', ended_at = clock_timestamp(), cursor = null, balance = $2
       where id = $1`,
      [id, JSON.stringify(await this.costs.compare(tx, balance))],
    );
    await tx.query(`insert into stripe_reconciliation (id, state, due_at) values ($1, 'planned', $2)`, [
      randomUUID(),
      nextNight(now),
    ]);
    await tx.query(`delete from stripe_refusal where at < clock_timestamp() - ${REFUSALS_KEPT}`);
    // What still has to be applied stays, and so does what an officer may look up as the difference of a night.
    await tx.query(
      `delete from stripe_event where id in (
         select e.id from stripe_event e where e.state in ('handled', 'unknown')
           and e.received_at < clock_timestamp() - ${EVENTS_KEPT}
           and not exists (select from stripe_difference d where d.event_id = e.id)
         order by e.received_at limit $1)`,
      [LET_GO],
    );
  }
}

/** Locks the night. @returns whether it is still where it was: otherwise somebody else has gone on with it meanwhile */
async function isThere(tx: EntityManager, { id, state, cursor }: Place): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `select from stripe_reconciliation where id = $1 and state = $2 and cursor is not distinct from $3 for update`,
    [id, state, cursor],
  );
  return rows.length > 0;
}
