/** Reads of the ledger: balances, statements of accounts, the trial balance. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import type { Minor } from '../kernel/money.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import type {
  AccountPage,
  AccountsQuery,
  AccountView,
  EntryPage,
  EntryView,
  TrialBalanceRow,
  TrialBalanceView,
} from './ledger.dto.js';
import { type AccountPurpose, PURPOSES } from './rules/entry.js';

/** Entries of a statement that are read at a time. */
const STATEMENT_BATCH = 2_000;

const ACCOUNTS = `
  select a.id::text, a.organisation_id as "organisationId", o.name as "organisationName", a.purpose, a.currency,
    (select coalesce(sum(p.minor), 0)::bigint from ledger_posting p where p.account_id = a.id) as "balanceMinor"
  from ledger_account a join organisation o on o.id = a.organisation_id
  where ($1::uuid is null or a.organisation_id = $1)`;

/** Each with the balance of the account after it, which all earlier postings make. */
const ENTRIES = `
  select e.id::text, e.kind, e.reference, e.memo, e.booked_at as "bookedAt", e.reverses::text, p.minor,
    ($3::bigint + sum(p.minor) over (order by p.entry_id))::bigint as "balanceMinor"
  from ledger_posting p join ledger_entry e on e.id = p.entry_id
  where p.account_id = $1 and p.entry_id > $2 order by p.entry_id limit $4`;

@Injectable()
export class LedgerQueries {
  /** What an account holds: debits less credits, in minor units; 0 for an account that nothing was posted to. */
  async balance(tx: EntityManager, organisationId: string, purpose: AccountPurpose, currency: string): Promise<Minor> {
    const rows: { balance: Minor }[] = await tx.query(
      `select coalesce(sum(p.minor), 0)::bigint as balance
       from ledger_account a join ledger_posting p on p.account_id = a.id
       where a.organisation_id = $1 and a.purpose = $2 and a.currency = $3`,
      [organisationId, purpose, currency],
    );
    return rows[0]?.balance ?? 0n;
  }

  /** What all accounts of a purpose hold together, in each currency: debits less credits, in minor units. */
  async totals(tx: EntityManager, purpose: AccountPurpose): Promise<{ currency: string; minor: Minor }[]> {
    return tx.query(
      `select a.currency::text, sum(p.minor)::bigint as minor
       from ledger_account a join ledger_posting p on p.account_id = a.id
       where a.purpose = $1 group by a.currency order by a.currency`,
      [purpose],
    );
  }

  /** All accounts of a currency by purpose. The debits are as much as the credits, or something is very wrong. */
  async trialBalance(tx: EntityManager, currency: string): Promise<TrialBalanceView> {
    const found: TrialBalanceRow[] = await tx.query(
      `select a.purpose, count(*)::int as accounts, sum(b.debit)::bigint as "debitMinor",
              sum(b.credit)::bigint as "creditMinor", sum(b.debit - b.credit)::bigint as "balanceMinor"
       from ledger_account a
         cross join lateral (
           select coalesce(sum(minor) filter (where minor > 0), 0) as debit,
                  coalesce(-sum(minor) filter (where minor < 0), 0) as credit
           from ledger_posting where account_id = a.id) b
       where a.currency = $1 group by a.purpose`,
      [currency],
    );
    const rows = PURPOSES.flatMap((purpose) => found.filter((row) => row.purpose === purpose));
    return { currency, rows, totalMinor: rows.reduce((total, row) => total + row.balanceMinor, 0n) };
  }

  /** Accounts that the actor may see, in the order in which they were opened. @throws Refusal 'page.cursor' */
  async accounts(tx: EntityManager, actor: Actor, query: AccountsQuery): Promise<AccountPage> {
    const { organisationId, purpose, currency, cursor, limit } = query;
    const rows: AccountView[] = await tx.query(
      `${ACCOUNTS} and ($2::uuid is null or a.organisation_id = $2) and ($3::text is null or a.purpose = $3)
         and ($4::text is null or a.currency = $4) and a.id > $5 order by a.id limit $6`,
      [seenBy(actor), organisationId ?? null, purpose ?? null, currency ?? null, sequenceCursor(cursor), limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  /** @throws Refusal 'account.not-found', also when it is somebody else's */
  async account(tx: EntityManager, actor: Actor, id: string): Promise<AccountView> {
    const rows: AccountView[] = await tx.query(`${ACCOUNTS} and a.id = $2`, [seenBy(actor), idOf(id)]);
    if (!rows[0]) throw notFound('account');
    return rows[0];
  }

  /** The entries of an account, oldest first. @throws Refusal 'account.not-found' */
  async entries(
    tx: EntityManager,
    actor: Actor,
    id: string,
    { cursor, limit }: { readonly cursor?: string; readonly limit: number },
  ): Promise<EntryPage> {
    await this.account(tx, actor, id);
    const after = sequenceCursor(cursor);
    const rows: EntryView[] = await tx.query(ENTRIES, [id, after, await balanceUpTo(tx, id, after), limit + 1]);
    return pageOf(rows, limit, (row) => row.id);
  }

  /** The whole statement of an account, read by and by. Whoever calls has asked `account` first. */
  async *statement(tx: EntityManager, id: string): AsyncGenerator<EntryView[]> {
    let after = '0';
    let balance = 0n;
    for (;;) {
      const rows: EntryView[] = await tx.query(ENTRIES, [id, after, balance, STATEMENT_BATCH]);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      after = last.id;
      balance = last.balanceMinor;
    }
  }
}

async function balanceUpTo(tx: EntityManager, account: string, entry: string): Promise<Minor> {
  const rows: { balance: Minor }[] = await tx.query(
    'select coalesce(sum(minor), 0)::bigint as balance from ledger_posting where account_id = $1 and entry_id <= $2',
    [account, entry],
  );
  return rows[0]?.balance ?? 0n;
}

/** An id that nothing has: whoever belongs to no organisation sees nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The agency sees every account, everybody else its own. */
function seenBy(actor: Actor): string | null {
  return actor.organisationKind === 'agency' ? null : (actor.organisationId ?? NOBODY);
}

function idOf(text: string): string {
  if (!/^\d{1,18}$/.test(text)) throw notFound('account');
  return text;
}
