/** Payouts as the database holds them, and what they pay held against what is payable. */
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import type { PayoutState } from './rules/lifecycles.js';

export interface PayoutRow {
  readonly id: string;
  readonly number: string;
  readonly agencyId: string;
  readonly providerId: string;
  readonly currency: string;
  readonly way: 'stripe' | 'bank';
  readonly state: PayoutState;
  readonly claimsMinor: Minor;
  readonly reserveMinor: Minor;
  readonly reserveDays: number;
  readonly paidMinor: Minor;
  readonly reference: string | null;
  /** how often Stripe has refused to transfer it */
  readonly refusals: number;
  /** why it has not transferred it */
  readonly failure: string | null;
  /** transferring: when Stripe is asked, or asked again; paid: when the reserve is due */
  readonly dueAt: Date | null;
}

/** Locks a payout. @returns null when there is none */
export async function lockPayout(tx: EntityManager, id: string): Promise<PayoutRow | null> {
  const rows: PayoutRow[] = await tx.query(
    `select id, number, agency_id as "agencyId", provider_id as "providerId", currency, way, state,
       claims_minor as "claimsMinor", reserve_minor as "reserveMinor", reserve_days as "reserveDays",
       paid_minor as "paidMinor", reference, refusals, failure, due_at as "dueAt"
     from payout where id = $1 for update`,
    [id],
  );
  return rows[0] ?? null;
}

/** Whoever counts on what is payable to a provider comes after whoever is counting on it. */
export async function holdClaims(
  tx: EntityManager,
  agencyId: string,
  providerId: string,
  currency: string,
): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('payout ' || $1 || $2 || $3, 0))`, [
    agencyId,
    providerId,
    currency,
  ]);
}

/** What is payable and not paid out, and what was paid out and is not payable any more: into payable_claim. */
export async function layOut(tx: EntityManager, agencyId: string, providerId: string, currency: string): Promise<void> {
  await tx.query('drop table if exists payable_claim');
  await tx.query(
    `create temporary table payable_claim on commit drop as
     select kind, reference, sum(minor)::bigint as minor from (
       select kind, reference, minor from payout_claim where agency_id = $1 and provider_id = $2 and currency = $3
       union all
       select kind, reference, -minor from payout_done where agency_id = $1 and provider_id = $2 and currency = $3
     ) c group by kind, reference having sum(minor) <> 0`,
    [agencyId, providerId, currency],
  );
}

/**
 * What a locked payout would pay beyond what is payable by now: of an invoice that is not paid any more, or less. Whoever
 * makes it less locks the payout afterwards (PayoutReversalsService.owe), so that one of the two sees the other. What gives
 * a provider back what it had paid back is of no invoice: it is payable as long as all that the provider is paid is.
 * @returns ids of invoices; of an activation, its agreement; of what was paid back, that
 */
export async function ceased(tx: EntityManager, row: PayoutRow): Promise<string[]> {
  const rows: { about: string }[] = await tx.query(
    `with part as (
       select payout_id, coalesce(invoice_id::text, reference) as about, minor from payout_part
       where agency_id = $2 and provider_id = $3 and currency = $4
     ), claim as (
       select coalesce(invoice_id::text, reference) as about, sum(minor) as minor from payout_claim
       where agency_id = $2 and provider_id = $3 and currency = $4 group by 1
     )
     select p.about from part p left join claim c using (about) group by p.about, c.minor
     having sum(p.minor) filter (where p.payout_id = $1) > 0 and sum(p.minor) > coalesce(c.minor, 0)
     union
     select reference from payout_line where payout_id = $1 and kind = 'repayment'
       and (select sum(minor) from payout_done where agency_id = $2 and provider_id = $3 and currency = $4)
         > (select coalesce(sum(minor), 0) from payout_claim
            where agency_id = $2 and provider_id = $3 and currency = $4)
     order by 1`,
    [row.id, row.agencyId, row.providerId, row.currency],
  );
  return rows.map(({ about }) => about);
}

/**
 * What there is to pay to providers, less what they were paid: what is kept back of them they were not, nor what is only
 * proposed to be paid. Below zero it was too much. Parameter: the agency.
 */
export const LEFT_TO_PAY = `
  select provider_id, currency::text as currency, minor from payout_claim where agency_id = $1
  union all
  select provider_id, currency::text, -minor from payout_part where agency_id = $1 and state in ('paid', 'released')
  union all
  select provider_id, currency::text, reserve_minor from payout where agency_id = $1 and state = 'paid'`;

/** What a provider was paid beyond all that there is to pay to it; 0 when it was not. */
export async function overpaidTo(
  tx: EntityManager,
  agencyId: string,
  providerId: string,
  currency: string,
): Promise<Minor> {
  const rows: { minor: Minor }[] = await tx.query(
    `select greatest(-coalesce(sum(minor), 0), 0)::bigint as minor from (${LEFT_TO_PAY}) l
     where provider_id = $2 and currency = $3`,
    [agencyId, providerId, currency],
  );
  return rows[0]?.minor ?? 0n;
}
