/** Bookings of a bank as the database holds them, many at a time. */
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import { invalid } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { Claim } from './rules/assign.js';
import type { BankBooking } from './rules/bank-row.js';
import type { DepositState } from './rules/lifecycles.js';

export interface Recorded {
  readonly id: string;
  readonly reference: string;
  readonly bookedOn: string;
  readonly currency: string;
  readonly minor: Minor;
  /** it was not known before */
  readonly fresh: boolean;
}

/** Records bookings that are not known yet. @returns all of them, as they are recorded */
export async function recordBookings(
  { tx, now, actor }: Deed,
  agencyId: string,
  bookings: readonly BankBooking[],
): Promise<Recorded[]> {
  const references = bookings.map(({ reference }) => reference);
  const fresh: Recorded[] = await tx.query(
    `insert into bank_receipt (agency_id, reference, booked_on, currency, minor, text, recorded_at, recorded_by)
     select $1, reference, booked_on, currency, minor, text, $7, $8
     from unnest($2::text[], $3::date[], $4::text[], $5::bigint[], $6::text[]) with ordinality
       as b (reference, booked_on, currency, minor, text, at) order by at
     on conflict (agency_id, reference) do nothing
     returning id, reference, booked_on::text as "bookedOn", currency, minor, true as fresh`,
    [
      agencyId,
      references,
      bookings.map(({ bookedOn }) => bookedOn),
      bookings.map(({ currency }) => currency),
      bookings.map(({ minor }) => minor),
      bookings.map(({ text }) => text),
      now,
      actor.personId,
    ],
  );
  if (fresh.length === bookings.length) return fresh;
  const made = new Set(fresh.map(({ reference }) => reference));
  const known: Recorded[] = await tx.query(
    `select id, reference, booked_on::text as "bookedOn", currency, minor, false as fresh
     from bank_receipt where agency_id = $1 and reference = any($2)`,
    [agencyId, references.filter((reference) => !made.has(reference))],
  );
  return [...fresh, ...known];
}

/** Deposits that an officer may give money to: also by bank, while the member's payment method is charged with it. */
export const PAYABLE: readonly DepositState[] = ['asked', 'charging', 'processing'];

/** Those which money that names them is for in any case: it goes back if they are held already, or not needed any more. */
export const NAMED: readonly DepositState[] = [...PAYABLE, 'held', 'withdrawn'];

/**
 * Locks what is to be paid under these numbers. A claim's number has its currency behind it: other money does not fit.
 * @param deposits the states of deposits that are claims
 */
export async function claimsFor(
  tx: EntityManager,
  agencyId: string,
  numbers: readonly string[],
  deposits: readonly DepositState[],
): Promise<Claim[]> {
  if (numbers.length === 0) return [];
  const invoices: Claim[] = await tx.query(
    `select number || ' ' || currency as number, id, open_minor + written_off_minor as "openMinor", false as whole,
       true as needed
     from collection where issuer_id = $1 and number = any($2) and open_minor + written_off_minor > 0 order by id for update`,
    [agencyId, numbers],
  );
  const asked: Claim[] = await tx.query(
    `select number || ' ' || currency as number, id, minor as "openMinor", true as whole,
       state = any($4) as needed
     from deposit where agency_id = $1 and number = any($2) and state = any($3) order by sequence for update`,
    [agencyId, numbers, deposits, PAYABLE],
  );
  return [...invoices, ...asked];
}

/** Notes how much of each booking was given to something. */
export async function keepAssigned(tx: EntityManager, given: ReadonlyMap<string, Minor>): Promise<void> {
  if (given.size === 0) return;
  await tx.query(
    `update bank_receipt b set assigned_minor = b.assigned_minor + g.minor
     from unnest($1::uuid[], $2::bigint[]) as g (id, minor) where b.id = g.id`,
    [[...given.keys()], [...given.values()]],
  );
}

/**
 * Bookings are recorded by many at a time; whoever notes one as a provider's waits for them, and they for it: of two who
 * know of the same booking one sees what the other has made of it.
 */
export async function holdBookings(tx: EntityManager, agencyId: string, what: 'record' | 'note'): Promise<void> {
  const lock = what === 'note' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await tx.query(`select ${lock}(hashtextextended('bank ' || $1, 0))`, [agencyId]);
}

/**
 * What a provider has paid back is taken from the booking that it came by, if that is recorded already. Hold the bookings.
 * @throws Refusal 'bank.booking' when it has less left, or is of another currency
 */
export async function takeRepaid(
  tx: EntityManager,
  agencyId: string,
  { bankReference, currency, minor }: { bankReference: string; currency: string; minor: Minor },
): Promise<void> {
  const rows: { id: string; currency: string; restMinor: Minor }[] = await tx.query(
    `select id, currency::text, rest_minor as "restMinor" from bank_receipt
     where agency_id = $1 and reference = $2 for update`,
    [agencyId, bankReference],
  );
  const [booking] = rows;
  if (!booking) return;
  if (booking.currency !== currency || booking.restMinor < minor) {
    const reason = `must be of a booking that has as much left: of this one ${booking.restMinor} of ${booking.currency} are`;
    throw invalid('bank.booking', `bankReference ${reason}. Look at GET /api/v1/payments/bank what it was given to.`, [
      { path: 'bankReference', reason },
    ]);
  }
  await keepAssigned(tx, new Map([[booking.id, minor]]));
}

/** How much of bookings is noted as paid back by providers, by reference and currency with a space between. */
export async function repaidBy(
  tx: EntityManager,
  agencyId: string,
  references: readonly string[],
): Promise<Map<string, Minor>> {
  const rows: { booking: string; minor: Minor }[] = await tx.query(
    `select bank_reference || ' ' || currency as booking, sum(minor)::bigint as minor from (
       select bank_reference, currency, minor from repayment where agency_id = $1 and bank_reference = any($2)
       union all
       select r.bank_reference, p.currency, r.minor from payout_reversal r join payout p on p.id = r.payout_id
       where p.agency_id = $1 and r.bank_reference = any($2)
     ) n group by 1`,
    [agencyId, references],
  );
  return new Map(rows.map(({ booking, minor }) => [booking, minor]));
}
