/**
 * Charging members through Stripe, and what comes of it. A job's answer and a webhook end in the same functions, which are
 * given the locked row and the object as it is at Stripe now, so that it makes no difference who tells, and how often.
 */
import { Injectable } from '@nestjs/common';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { methodOf } from './chargeable.js';
import { type CollectionRow, lockCollections } from './collection-rows.js';
import { orderVoids } from './invoice-voids.js';
import { askFor, tellNotTaken, writeLetters } from './letters.js';
import { ReceivingService } from './receiving.service.js';
import { DebitNoticesService } from './debit-notices.service.js';
import { isRefusedForGood } from './refused.js';
import { openOf } from './rules/amounts.js';
import { collectionLifecycle, type CollectionState, depositLifecycle, type DepositState } from './rules/lifecycles.js';
import { nextAttempt, reminded } from './rules/schedule.js';
import { StripeGateway } from './stripe-gateway.js';
import type { InvoiceState, PaymentState } from './stripe-states.js';

export interface DepositRow {
  readonly id: string;
  readonly number: string;
  readonly memberId: string;
  readonly currency: string;
  readonly minor: Minor;
  readonly state: DepositState;
  /** why nobody needs it any more; null while somebody does */
  readonly whyEnded: string | null;
}

/** A failure that is none: see isPaidElsewhere. */
const PAID_ELSEWHERE = 'paid_elsewhere';

/** What a member may pay at Stripe by itself, too. */
const PAYABLE: ReadonlySet<CollectionState> = new Set(['due', 'collecting', 'failed', 'overdue']);

@Injectable()
export class ChargesService {
  constructor(
    private readonly gateway: StripeGateway,
    private readonly notices: DebitNoticesService,
    private readonly receiving: ReceivingService,
  ) {}

  /**
   * Charges a locked collection once more, or announces that. Whoever dies in here left nothing, and asks Stripe for the same
   * again.
   */
  async charge(deed: Deed, id: string): Promise<void> {
    const [row] = await lockCollections(deed.tx, [id]);
    if (!row) return;
    const method = this.gateway.on ? await methodOf(deed.tx, row.memberId) : null;
    if (method === null) return lapse(deed, row, 'no_payment_method', true);
    const later = await this.notices.whenCharged(deed, { ...row, kind: 'invoice', openMinor: openOf(row) }, method);
    if (later !== null) return wait(deed, 'collection', id, later);
    const attempt = row.attempts + 1;
    let answer: InvoiceState;
    try {
      const { number, currency, dueOn } = row;
      const { customer, paymentMethod } = method;
      const lines = [{ description: `Invoice ${number}`, minor: openOf(row) }];
      const issued = await this.gateway.issueInvoice({ invoiceId: id, number, customer, currency, lines, dueOn });
      const invoiceId = issued.metadata['invoiceId'] ?? id;
      answer = await this.gateway.payInvoice({ invoiceId, attempt, stripeInvoice: issued.id, paymentMethod });
      // Should its next invoice there bring it after all, it has paid too much, and gets that back.
      if (answer.carried) return await lapse(deed, row, 'stripe_refuses', true);
      if (isPaidElsewhere(answer)) return await lapse(deed, row, PAID_ELSEWHERE, true);
    } catch (error) {
      if (isRefusedForGood(error)) return lapse(deed, row, 'stripe_refuses', true);
      throw error;
    }
    await deed.tx.query(
      `insert into collection_attempt (collection_id, number, at, minor, stripe_invoice, outcome, failure)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, attempt, deed.now, answer.minorDue, answer.id, outcomeOf(answer), failureOf(answer)],
    );
    await deed.tx.query(
      `update collection set state = 'collecting', attempts = $2, stripe_invoice = $3, due_at = null where id = $1`,
      [id, attempt, answer.id],
    );
    await this.applyInvoice(deed, { ...row, state: 'collecting', attempts: attempt, stripeInvoice: answer.id }, answer);
  }

  /** Brings a locked collection to what its invoice at Stripe says. */
  async applyInvoice(deed: Deed, row: CollectionRow, invoice: InvoiceState): Promise<void> {
    const { payment } = invoice;
    if (isPaidElsewhere(invoice)) return notedAsPaid(deed, row, invoice);
    if (payment === null) return;
    if (invoice.status === 'paid') {
      if (await known(deed, payment.id)) return;
      await this.receiving.receive(deed, [
        { collectionId: row.id, way: 'stripe', reference: payment.id, minor: invoice.minorPaid },
      ]);
      if (row.stripeInvoice === invoice.id) await askForRest(deed, row.id);
      return;
    }
    // A charge whose answer was lost is asked for again, and counted then.
    if (row.stripeInvoice === null ? row.state === 'collecting' : row.stripeInvoice !== invoice.id) return;
    if (payment.status === 'processing') {
      if (!PAYABLE.has(row.state)) return;
      const state = transition(collectionLifecycle, row.state, 'process');
      await deed.tx.query('update collection set state = $2, due_at = null, stripe_invoice = $3 where id = $1', [
        row.id,
        state,
        invoice.id,
      ]);
    } else if (failureOf(invoice) !== null && (row.state === 'collecting' || row.state === 'processing')) {
      await fail(deed, row, failureOf(invoice) ?? '');
    }
  }

  /** Charges a locked deposit, or announces that. */
  async chargeDeposit(deed: Deed, id: string): Promise<void> {
    const row = await lockDeposit(deed, id);
    if (!row || row.state !== 'charging') return;
    const method = this.gateway.on ? await methodOf(deed.tx, row.memberId) : null;
    if (method === null) return this.declined(deed, row, 'no_payment_method');
    const later = await this.notices.whenCharged(deed, { ...row, kind: 'deposit', openMinor: row.minor }, method);
    if (later !== null) return wait(deed, 'deposit', id, later);
    const { minor, currency } = row;
    const { customer, paymentMethod } = method;
    let payment: PaymentState;
    try {
      payment = await this.gateway.chargeDeposit({ depositId: id, customer, paymentMethod, minor, currency });
    } catch (error) {
      if (isRefusedForGood(error)) return this.declined(deed, row, 'stripe_refuses');
      throw error;
    }
    await this.applyDeposit(deed, row, payment);
  }

  /** Brings a locked deposit to what its payment at Stripe says. */
  async applyDeposit(deed: Deed, row: DepositRow, payment: PaymentState): Promise<void> {
    await deed.tx.query('update deposit set stripe_payment_intent = $2 where id = $1', [row.id, payment.id]);
    if (payment.status === 'succeeded') {
      if (await known(deed, payment.id)) return;
      const received = { depositId: row.id, way: 'stripe', reference: payment.id, minor: payment.minor } as const;
      return this.receiving.receive(deed, [received]);
    }
    if (row.state !== 'charging' && row.state !== 'processing') return;
    if (payment.status === 'processing') {
      if (row.state === 'processing') return;
      await deed.tx.query('update deposit set state = $2, due_at = null where id = $1', [
        row.id,
        transition(depositLifecycle, row.state, 'process'),
      ]);
    } else if (payment.failure !== null || payment.status === 'requires_action' || payment.status === 'canceled') {
      await this.declined(deed, row, payment.failure?.code ?? payment.status);
    }
  }

  /** What its payment method does not give, a member may still transfer; what nobody needs any more is at its end then. */
  private async declined(deed: Deed, row: DepositRow, failure: string): Promise<void> {
    const state = transition(depositLifecycle, row.state, row.whyEnded !== null ? 'withdraw' : 'decline');
    await deed.tx.query(`update deposit set state = $2, way = 'bank', due_at = null, failure = $3 where id = $1`, [
      row.id,
      state,
      failure,
    ]);
    await writeLetters(deed.tx, [
      row.whyEnded !== null
        ? tellNotTaken({ ...row, why: row.whyEnded })
        : askFor('deposit', { ...row, openMinor: row.minor, notCharged: true }, null),
    ]);
  }
}

/** Locks a deposit. @returns null when there is none */
export async function lockDeposit({ tx }: Deed, id: string): Promise<DepositRow | null> {
  const rows: DepositRow[] = await tx.query(
    `select id, number, member_id as "memberId", currency, minor, state, why_ended as "whyEnded"
     from deposit where id = $1 for update`,
    [id],
  );
  return rows[0] ?? null;
}

async function wait({ tx }: Deed, table: 'collection' | 'deposit', id: string, until: Date): Promise<void> {
  await tx.query(`update ${table} set due_at = $2 where id = $1`, [id, until]);
}

/** Has this payment been received? */
async function known({ tx }: Deed, reference: string): Promise<boolean> {
  const rows: unknown[] = await tx.query(`select 1 from payment where way = 'stripe' and reference = $1`, [reference]);
  return rows.length > 0;
}

/** It is charged again on its day; tried often enough, or for good, its member is reminded like any other. */
async function fail(deed: Deed, row: CollectionRow, failure: string): Promise<void> {
  const failedAt = row.failedAt ?? deed.now;
  const why = (await isReplaced(deed, row)) ? '' : failure;
  const next = nextAttempt(failedAt, row.attempts, deed.now, why);
  if (next === null) return lapse(deed, row, failure, false);
  await noteFailure(deed, row, failure);
  await deed.tx.query(`update collection set state = $2, failed_at = $3, failure = $4, due_at = $5 where id = $1`, [
    row.id,
    transition(collectionLifecycle, row.state, 'fail'),
    failedAt,
    failure,
    next,
  ]);
}

/** Has the member another method than the one that the last attempt was made with? Its reason says nothing of that one. */
async function isReplaced({ tx }: Deed, row: CollectionRow): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `select 1 from collection_attempt a join member_payment_method m on m.member_id = $3
     where a.collection_id = $1 and a.number = $2 and m.confirmed_at > a.at`,
    [row.id, row.attempts, row.memberId],
  );
  return rows.length > 0;
}

/**
 * What a payment leaves open, because more had become open since it was asked for, is asked for like what is not charged any
 * more.
 */
async function askForRest(deed: Deed, id: string): Promise<void> {
  const [row] = await lockCollections(deed.tx, [id]);
  if (!row || openOf(row) <= 0n || (row.state !== 'processing' && row.state !== 'collecting')) return;
  const { state, dueAt, inTime } = afterCharging(row, deed.now);
  await deed.tx.query('update collection set state = $2, due_at = $3 where id = $1', [id, state, dueAt]);
  if (inTime) await writeLetters(deed.tx, [askFor('invoice', { ...row, openMinor: openOf(row) }, row.dueOn)]);
}

/**
 * Somebody notes that it was paid by other means while it is charged: nothing more is told of that charge, so it is waited for
 * no longer. What is charged again by and by is seen to be so then.
 */
async function notedAsPaid(deed: Deed, row: CollectionRow, invoice: InvoiceState): Promise<void> {
  if (row.stripeInvoice !== invoice.id || (row.state !== 'processing' && row.state !== 'collecting')) return;
  await lapse(deed, row, PAID_ELSEWHERE, true);
}

/** Where a collection is that is not charged any more: its member has the time of any transfer before it is reminded. */
function afterCharging(row: CollectionRow, now: Date): { state: CollectionState; dueAt: Date; inTime: boolean } {
  const from = reminded(row.dueOn);
  const inTime = from > now;
  const state = transition(collectionLifecycle, row.state, inTime ? 'await' : 'lapse');
  return { state, dueAt: inTime ? from : now, inTime };
}

/**
 * It is not charged any more: its member is asked to transfer it, and has the time of any transfer to do so before it is
 * reminded; where that is over, it is reminded at once.
 */
async function lapse(deed: Deed, row: CollectionRow, failure: string, byBank: boolean): Promise<void> {
  // Without an attempt there is none to note it of: the last one failed for a reason of its own.
  if (!byBank) await noteFailure(deed, row, failure);
  else await orderVoids(deed, [row.id]);
  const { state, dueAt, inTime } = afterCharging(row, deed.now);
  await deed.tx.query(
    `update collection set state = $2, failure = $3, failed_at = coalesce(failed_at, $4), due_at = $6,
       way = case when $5 then 'bank' else way end where id = $1`,
    [row.id, state, failure, deed.now, byBank, dueAt],
  );
  // Who has paid by other means is asked for nothing more: an officer is to record it.
  if (!inTime || failure === PAID_ELSEWHERE) return;
  await writeLetters(deed.tx, [askFor('invoice', { ...row, openMinor: openOf(row), notCharged: true }, row.dueOn)]);
}

async function noteFailure({ tx }: Deed, row: CollectionRow, failure: string): Promise<void> {
  await tx.query(
    `update collection_attempt set outcome = 'failed', failure = $3 where collection_id = $1 and number = $2`,
    [row.id, row.attempts, failure],
  );
}

/** Somebody has noted there that it was paid by other means: its money is not at Stripe, and an officer records where it came. */
function isPaidElsewhere({ status, payment }: InvoiceState): boolean {
  return status === 'paid' && payment?.status !== 'succeeded';
}

function failureOf({ payment }: InvoiceState): string | null {
  if (payment === null || payment.status === 'succeeded' || payment.status === 'processing') return null;
  if (payment.failure !== null) return payment.failure.declineCode ?? payment.failure.code;
  return payment.status === 'requires_action' ? 'authentication_required' : null;
}

function outcomeOf(invoice: InvoiceState): 'processing' | 'succeeded' | 'failed' {
  if (invoice.status === 'paid') return 'succeeded';
  return invoice.payment?.status === 'processing' ? 'processing' : 'failed';
}
