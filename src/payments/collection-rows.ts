/** Collections as the database holds them, locked and moved together. */
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import type { Entry } from '../ledger/rules/entry.js';
import type { LedgerService } from '../ledger/ledger.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { askFor, writeLetters } from './letters.js';
import { type Amounts, openOf, stateAfter, writtenOff } from './rules/amounts.js';
import { writeOffEntry } from './rules/entries.js';
import { reminded } from './rules/schedule.js';

export interface CollectionRow extends Amounts {
  readonly id: string;
  readonly number: string;
  readonly issuerId: string;
  readonly memberId: string;
  readonly currency: string;
  readonly way: 'stripe' | 'bank';
  readonly dueOn: string;
  readonly attempts: number;
  readonly failedAt: Date | null;
  readonly reminders: number;
  /** how often the loss of it was booked */
  readonly writeOffs: number;
  readonly stripeInvoice: string | null;
}

const COLUMNS = `
  c.id, c.number, c.issuer_id as "issuerId", c.member_id as "memberId", c.currency, c.way, c.state,
  c.due_on::text as "dueOn", c.total_minor as "totalMinor", c.credited_minor as "creditedMinor",
  c.paid_minor as "paidMinor", c.returned_minor as "returnedMinor", c.written_off_minor as "writtenOffMinor",
  c.write_offs as "writeOffs", c.attempts, c.failed_at as "failedAt", c.reminders,
  c.stripe_invoice as "stripeInvoice"`;

/** Locks collections by id, always in the same order, so that two who lock several do not wait for each other. */
export async function lockCollections(tx: EntityManager, ids: readonly string[]): Promise<CollectionRow[]> {
  if (ids.length === 0) return [];
  return tx.query(`select ${COLUMNS} from collection c where c.id = any($1) order by c.id for update`, [ids]);
}

/** Amounts that a deed adds to a collection. */
export interface Move {
  readonly id: string;
  readonly paid?: Minor;
  readonly returned?: Minor;
  readonly credited?: Minor;
}

/**
 * Adds to the amounts of locked collections, and brings each to the state that follows. What is open again is due, and asked
 * for with the time of any transfer; where that is over, it is overdue and reminded of at once. What is written off is no loss
 * as far as it is paid after all.
 * @returns the rows as they are now
 */
export async function moveCollections(
  deed: Deed,
  ledger: LedgerService,
  rows: readonly CollectionRow[],
  moves: readonly Move[],
): Promise<CollectionRow[]> {
  if (rows.length === 0) return [];
  const { tx, now } = deed;
  const disputed = await disputedOf(tx, rows);
  const byId = new Map<string, { paid: Minor; returned: Minor; credited: Minor }>();
  for (const { id, paid = 0n, returned = 0n, credited = 0n } of moves) {
    const sum = byId.get(id) ?? { paid: 0n, returned: 0n, credited: 0n };
    byId.set(id, {
      paid: sum.paid + paid,
      returned: sum.returned + returned,
      credited: sum.credited + credited,
    });
  }
  const after = rows.map((row) => {
    const move = byId.get(row.id);
    const amounts = {
      ...row,
      paidMinor: row.paidMinor + (move?.paid ?? 0n),
      returnedMinor: row.returnedMinor + (move?.returned ?? 0n),
      creditedMinor: row.creditedMinor + (move?.credited ?? 0n),
    };
    const state = stateAfter(amounts, { disputed: disputed.has(row.id), inTime: reminded(row.dueOn) > now });
    const writtenOffMinor = writtenOff({ ...amounts, state });
    const booked = writtenOffMinor === row.writtenOffMinor ? 0 : 1;
    return { ...amounts, state, writtenOffMinor, writeOffs: row.writeOffs + booked };
  });
  await tx.query(
    `update collection c set paid_minor = m.paid, returned_minor = m.returned, credited_minor = m.credited,
       state = m.state,
       written_off_minor = m.written_off, write_offs = m.write_offs,
       settled_at = case when m.open <= 0 and m.state <> 'written-off' then coalesce(c.settled_at, $7) end,
       due_at = case when m.open <= 0 or m.state in ('disputed', 'written-off') then null
                     when m.state <> c.state and m.state in ('due', 'overdue') then m.from_at else c.due_at end
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
         $8::bigint[], $9::integer[], $10::timestamptz[])
       as m (id, paid, returned, credited, state, open, written_off, write_offs, from_at)
     where c.id = m.id`,
    [
      after.map((row) => row.id),
      after.map((row) => row.paidMinor),
      after.map((row) => row.returnedMinor),
      after.map((row) => row.creditedMinor),
      after.map((row) => row.state),
      after.map(openOf),
      now,
      after.map((row) => row.writtenOffMinor),
      after.map((row) => row.writeOffs),
      after.map((row) => (reminded(row.dueOn) > now ? reminded(row.dueOn) : now)),
    ],
  );
  const again = after.filter(({ state }, at) => state === 'due' && rows[at]?.state !== 'due');
  await writeLetters(
    tx,
    again.map((row) => askFor('invoice', { ...row, openMinor: openOf(row) }, row.dueOn)),
  );
  await ledger.post(
    deed,
    after.flatMap((row, at) => lossesOf(row, rows[at]?.writtenOffMinor ?? 0n)),
  );
  return after;
}

/** Gives up what is open of a locked collection, and books the loss. */
export async function writeOff(deed: Deed, ledger: LedgerService, row: CollectionRow): Promise<void> {
  const after = { ...row, state: 'written-off', writtenOffMinor: openOf(row), writeOffs: row.writeOffs + 1 } as const;
  await deed.tx.query(
    'update collection set state = $2, due_at = null, written_off_minor = $3, write_offs = $4 where id = $1',
    [row.id, after.state, after.writtenOffMinor, after.writeOffs],
  );
  await ledger.post(deed, lossesOf(after, row.writtenOffMinor));
}

function lossesOf(after: CollectionRow, before: Minor): Entry[] {
  const minor = after.writtenOffMinor - before;
  if (minor === 0n) return [];
  const { id, writeOffs, issuerId: agencyId, memberId, number, currency } = after;
  return [writeOffEntry({ id: `${id} ${writeOffs}`, agencyId, memberId, number, currency, minor })];
}

async function disputedOf(tx: EntityManager, rows: readonly CollectionRow[]): Promise<ReadonlySet<string>> {
  const found: { id: string }[] = await tx.query(
    `select distinct collection_id as id from dispute where state = 'open' and collection_id = any($1)`,
    [rows.map((row) => row.id)],
  );
  return new Set(found.map(({ id }) => id));
}
