/** The one way in which money moves: entries that balance, written in the transaction of the deed that moves it. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { unless } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { type Entry, type EntryKind, gathered, whyNotBook } from './rules/entry.js';

/** Entries that one statement writes. */
const BATCH = 5_000;

@Injectable()
export class LedgerService {
  /**
   * Books entries, any number at once, in their order. Accounts come into being with their first posting.
   * @throws Refusal 'ledger.unbalanced', 'ledger.nothing', 'ledger.too-much'; a QueryFailedError when an entry of the
   *   same kind and reference is booked already: nothing is booked twice
   */
  async post(deed: Deed, entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) unless(whyNotBook(entry));
    for (let from = 0; from < entries.length; from += BATCH) {
      await write(deed.tx, deed.now, entries.slice(from, from + BATCH));
    }
  }

  /**
   * Reverses an entry as a whole by another one that moves everything back.
   * @returns false when it was reversed before: it is reversed once, however often and by however many this is asked
   * @throws Error when there is no such entry
   */
  async reverse(deed: Deed, kind: EntryKind, reference: string, why: string): Promise<boolean> {
    const rows: { id: string; reversed: boolean }[] = await deed.tx.query(
      `with original as (select id, currency from ledger_entry where kind = $1 and reference = $2),
       reversal as (
         insert into ledger_entry (kind, reference, currency, memo, booked_at, reverses)
         select 'reversal', id::text, currency, $3, $4, id from original
         on conflict do nothing returning id, reverses),
       moved as (
         insert into ledger_posting (entry_id, account_id, minor)
         select r.id, p.account_id, -p.minor from reversal r join ledger_posting p on p.entry_id = r.reverses)
       select o.id::text, exists (select from reversal) as reversed from original o`,
      [kind, reference, why, deed.now],
    );
    const [row] = rows;
    if (!row) throw new Error(`there is no ${kind} of ${reference} to reverse`);
    return row.reversed;
  }
}

async function write(tx: EntityManager, now: Date, entries: readonly Entry[]): Promise<void> {
  const postings = entries.flatMap((entry, at) =>
    gathered(entry.postings).map((posting) => ({ ...posting, at, currency: entry.currency })),
  );
  const owners = postings.map((posting) => posting.organisationId);
  const purposes = postings.map((posting) => posting.purpose);
  const currencies = postings.map((posting) => posting.currency);
  // Sorted, so that two who open the same accounts at the same moment wait for each other in the same order.
  await tx.query(
    `insert into ledger_account (organisation_id, purpose, currency)
     select distinct o, p, c from unnest($1::uuid[], $2::text[], $3::text[]) as wanted (o, p, c)
     where not exists (select from ledger_account a where a.organisation_id = o and a.purpose = p and a.currency = c)
     order by 1, 2, 3 on conflict do nothing`,
    [owners, purposes, currencies],
  );
  await tx.query(
    `with entry as (
       insert into ledger_entry (kind, reference, currency, memo, booked_at)
       select kind, reference, currency, memo, $5
       from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as e (kind, reference, currency, memo, at)
       order by at returning id, kind, reference
     )
     insert into ledger_posting (entry_id, account_id, minor)
     select e.id, a.id, p.minor
     from unnest($6::integer[], $7::uuid[], $8::text[], $9::text[], $10::bigint[])
         as p (at, organisation_id, purpose, currency, minor)
       join unnest($1::text[], $2::text[]) with ordinality as n (kind, reference, number) on n.number = p.at + 1
       join entry e on e.kind = n.kind and e.reference = n.reference
       join ledger_account a
         on a.organisation_id = p.organisation_id and a.purpose = p.purpose and a.currency = p.currency`,
    [
      entries.map((entry) => entry.kind),
      entries.map((entry) => entry.reference),
      entries.map((entry) => entry.currency),
      entries.map((entry) => entry.memo),
      now,
      postings.map((posting) => posting.at),
      owners,
      purposes,
      currencies,
      postings.map((posting) => posting.minor),
    ],
  );
}
