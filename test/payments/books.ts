/** Whether the rows of payments and the ledger say the same. */
import { systemActor } from '../../src/kernel/actor.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import type { EntryKind } from '../../src/ledger/rules/entry.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import type { System } from '../support/system.js';

export async function balance(
  system: System,
  organisationId: string,
  purpose: string,
  currency = 'USD',
): Promise<number> {
  const rows: { minor: string }[] = await system.source.query(
    `select coalesce(sum(minor), 0)::text as minor from ledger_line
     where organisation_id = $1 and purpose = $2 and currency = $3`,
    [organisationId, purpose, currency],
  );
  return Number(rows[0]?.minor ?? 0);
}

/** What is wrong with the books: nothing, if every account agrees with the rows that tell of it. */
export async function wrongInBooks(system: System): Promise<unknown[]> {
  return system.source.query(
    `with receivable as (
       select organisation_id as id, currency, sum(minor) as minor from ledger_line where purpose = 'receivable' group by 1, 2
     ), open as (
       select member_id as id, currency::text, sum(open_minor) as minor from collection group by 1, 2
     ), deposits as (
       select organisation_id as id, currency, -sum(minor) as minor from ledger_line where purpose = 'deposit' group by 1, 2
     ), held as (
       select member_id as id, currency::text, sum(minor - credited_minor - refunded_minor) as minor from deposit
       where held_at is not null group by 1, 2
     ), reserves as (
       select organisation_id as id, currency, -sum(minor) as minor from ledger_line where purpose = 'reserve' group by 1, 2
     ), kept as (
       select provider_id as id, currency::text, sum(reserve_minor) as minor from payout where state = 'paid' group by 1, 2
     ), bank as (
       select organisation_id as id, currency, sum(minor) as minor from ledger_line where purpose in ('bank', 'stripe') group by 1, 2
     ), moved as (
       select id, currency, sum(minor) as minor from (
         select issuer_id as id, currency::text, minor from payment where way <> 'deposit'
         union all select issuer_id, currency, -minor from refund where state = 'done'
         union all select p.issuer_id, p.currency, -d.minor from dispute d join payment p on p.id = d.payment_id where d.state <> 'won'
         union all select agency_id, currency, -paid_minor from payout where paid_at is not null
         union all select organisation_id, currency, -minor from ledger_line where purpose = 'stripe-costs'
         union all select agency_id, currency, -minor from left_credit_payment
         union all select agency_id, currency, minor from repayment
         union all select p.agency_id, p.currency, r.minor from payout_reversal r join payout p on p.id = r.payout_id where r.state = 'done'
       ) m group by 1, 2
     )
     select 'receivable' as what, * from receivable full join open using (id, currency)
       where coalesce(receivable.minor, 0) <> coalesce(open.minor, 0)
     union all select 'deposit', * from deposits full join held using (id, currency)
       where coalesce(deposits.minor, 0) <> coalesce(held.minor, 0)
     union all select 'reserve', * from reserves full join kept using (id, currency)
       where coalesce(reserves.minor, 0) <> coalesce(kept.minor, 0)
     union all select 'cash', * from bank full join moved using (id, currency)
       where coalesce(bank.minor, 0) <> coalesce(moved.minor, 0)
     union all select 'trial balance', null, currency, sum(minor), 0 from ledger_line group by currency having sum(minor) <> 0`,
  );
}

/**
 * Reverses each entry that is not reversed, by two at a time.
 * @returns how many there were, how many were reversed, and which accounts have something left
 */
export async function revertedTwice(system: System): Promise<{ entries: number; reversed: number; left: unknown[] }> {
  const entries: { kind: EntryKind; reference: string }[] = await system.source.query(
    `select kind, reference from ledger_entry e
     where kind <> 'reversal' and not exists (select from ledger_entry r where r.reverses = e.id)`,
  );
  const [ledger, deeds] = [system.app.get(LedgerService, { strict: false }), system.app.get(Deeds)];
  const reverse = (kind: EntryKind, reference: string): Promise<boolean> =>
    deeds.run(systemActor('test'), 'test.reverse', null, (deed) => ledger.reverse(deed, kind, reference, 'All back.'));
  let reversed = 0;
  for (const { kind, reference } of entries) {
    const answers = await Promise.all([reverse(kind, reference), reverse(kind, reference)]);
    reversed += answers.filter((done) => done).length;
  }
  const left: unknown[] = await system.source.query(
    'select organisation_id, purpose, sum(minor) from ledger_line group by 1, 2 having sum(minor) <> 0',
  );
  return { entries: entries.length, reversed, left };
}
