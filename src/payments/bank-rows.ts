/** Bookings of a bank as the database holds them, many at a time. */
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { Claim } from './rules/assign.js';
import type { BankBooking } from './rules/bank-row.js';

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

/** Locks what is to be paid under these numbers. A claim's number has its currency behind it: other money does not fit. */
export async function claimsFor(tx: EntityManager, agencyId: string, numbers: readonly string[]): Promise<Claim[]> {
  if (numbers.length === 0) return [];
  const invoices: Claim[] = await tx.query(
    `select number || ' ' || currency as number, id, open_minor + written_off_minor as "openMinor", false as whole
     from collection where issuer_id = $1 and number = any($2) and open_minor + written_off_minor > 0 order by id for update`,
    [agencyId, numbers],
  );
  const deposits: Claim[] = await tx.query(
    `select number || ' ' || currency as number, id, minor as "openMinor", true as whole
     from deposit where agency_id = $1 and number = any($2) and state = 'asked' order by id for update`,
    [agencyId, numbers],
  );
  return [...invoices, ...deposits];
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
