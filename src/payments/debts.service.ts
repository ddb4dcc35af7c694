/** What providers have to give back when no payout is left that could make up for it: seen, and noted once it is paid. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import type { Minor } from '../kernel/money.js';
import { noCursor, pageOf, sequenceCursor } from '../kernel/page.js';
import { invalid, refuse } from '../kernel/refusal.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { DebtPage, DebtView, NoteRepayment, RepaymentPage, RepaymentView } from './debts.dto.js';
import { holdBookings, takeRepaid } from './bank-rows.js';
import { holdClaims, LEFT_TO_PAY, overpaidTo } from './payout-rows.js';
import { repaymentEntry } from './rules/entries.js';

/** Parameter: the agency. */
const REPAYMENTS = `
  select r.sequence, r.id, r.provider_id as "providerId", o.name as "providerName", r.currency::text as currency, r.minor,
    r.bank_reference as "bankReference", r.paid_at as "paidAt"
  from repayment r join organisation o on o.id = r.provider_id where r.agency_id = $1`;

type Sequenced = RepaymentView & { readonly sequence: bigint };

@Injectable()
export class DebtsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly ledger: LedgerService,
  ) {}

  /** Debts to the actor's agency, in order of the providers' ids. What Stripe is still being asked to take back is none. */
  async list(tx: EntityManager, actor: Actor, { cursor, limit }: PageQuery): Promise<DebtPage> {
    const [provider, currency] = placeOf(cursor);
    const rows: DebtView[] = await tx.query(
      `with overpaid as (
         select provider_id, currency, -sum(minor)::bigint as minor from (${LEFT_TO_PAY}) l
         group by provider_id, currency having sum(minor) < 0
       ), refused as (
         select p.provider_id, p.currency::text, sum(r.minor)::bigint as minor
         from payout_reversal r join payout p on p.id = r.payout_id
         where p.agency_id = $1 and r.state = 'refused' group by p.provider_id, p.currency
       )
       select provider_id as "providerId", o.name as "providerName", currency,
         coalesce(overpaid.minor, 0) as "overpaidMinor", coalesce(refused.minor, 0) as "refusedMinor"
       from overpaid full join refused using (provider_id, currency) join organisation o on o.id = provider_id
       where $2::uuid is null or (provider_id, currency) > ($2::uuid, $3)
       order by provider_id, currency limit $4`,
      [actor.organisationId, provider, currency, limit + 1],
    );
    return pageOf(rows, limit, (row) => `${row.providerId}.${row.currency}`);
  }

  /** What was paid back to the actor's agency, in the order in which it was noted. */
  async repayments(tx: EntityManager, actor: Actor, { cursor, limit }: PageQuery): Promise<RepaymentPage> {
    const rows: Sequenced[] = await tx.query(`${REPAYMENTS} and r.sequence > $2::bigint order by r.sequence limit $3`, [
      actor.organisationId,
      sequenceCursor(cursor),
      limit + 1,
    ]);
    const { items, next } = pageOf(rows, limit, (row) => String(row.sequence));
    return { items: items.map(shown), next };
  }

  /**
   * A provider has transferred what it was paid too much, under a booking of the bank. Said again, it does nothing.
   * @throws Refusal 'repayment.noted' when something else was noted under this booking, 'repayment.amount' when it is more
   *   than the provider was paid too much, 'bank.booking' when it is more than the recorded booking has left
   */
  async note(actor: Actor, wish: NoteRepayment): Promise<RepaymentView> {
    const { providerId, currency, minor, bankReference } = wish;
    const input = { providerId, currency, minor, bankReference };
    return this.deeds.run(actor, 'payouts.note-repayment', input, async (deed) => {
      const agencyId = actor.organisationId ?? '';
      await holdBookings(deed.tx, agencyId, 'note');
      await holdClaims(deed.tx, agencyId, providerId, currency);
      const noted = await notedAs(deed, agencyId, bankReference);
      if (noted) return asBefore(noted, wish);
      const overpaid = await overpaidTo(deed.tx, agencyId, providerId, currency);
      if (minor > overpaid) throw tooMuch(overpaid, currency);
      await takeRepaid(deed.tx, agencyId, wish);
      const [made]: { id: string }[] = await deed.tx.query(
        `insert into repayment (agency_id, provider_id, currency, minor, bank_reference, paid_at, noted_by)
         values ($1, $2, $3, $4, $5, $6, $7) returning id`,
        [agencyId, providerId, currency, minor, bankReference, deed.now, actor.personId],
      );
      const id = made?.id ?? '';
      await this.ledger.post(deed, [repaymentEntry({ id, agencyId, providerId, currency, minor, bankReference })]);
      await deed.record({ type: 'repayment', id }, { providerId, currency, minor, bankReference });
      const view = await notedAs(deed, agencyId, bankReference);
      if (!view) throw new Error(`repayment ${id} was not written`);
      return view;
    });
  }
}

async function notedAs({ tx }: Deed, agencyId: string, bankReference: string): Promise<RepaymentView | null> {
  const rows: Sequenced[] = await tx.query(`${REPAYMENTS} and r.bank_reference = $2`, [agencyId, bankReference]);
  return rows[0] ? shown(rows[0]) : null;
}

function asBefore(noted: RepaymentView, wish: NoteRepayment): RepaymentView {
  const same = noted.providerId === wish.providerId && noted.currency === wish.currency && noted.minor === wish.minor;
  if (same) return noted;
  throw refuse(
    'repayment.noted',
    `Under ${noted.bankReference} ${noted.minor} minor units of ${noted.currency} were noted of ${noted.providerName}. Give the reference of this booking.`,
  );
}

function tooMuch(overpaid: Minor, currency: string): ReturnType<typeof invalid> {
  const reason = `must be at most ${overpaid}: so much was this provider paid too much in ${currency}`;
  return invalid('repayment.amount', `minor ${reason}. What is beyond it, send back.`, [{ path: 'minor', reason }]);
}

function placeOf(cursor: string | undefined): [provider: string | null, currency: string | null] {
  if (cursor === undefined) return [null, null];
  const [, provider, currency] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Z]{3})$/.exec(cursor) ?? [];
  if (provider === undefined || currency === undefined) throw noCursor();
  return [provider, currency];
}

function shown({ sequence: _order, ...seen }: Sequenced): RepaymentView {
  return seen;
}
