-- Double entry: every movement of money is an entry whose postings sum to zero. A debit is positive, a credit negative.
-- Nothing here is ever changed; what was wrong is reversed by another entry.
create table ledger_account (
  id bigint generated always as identity primary key,
  organisation_id uuid not null references organisation (id),
  purpose text not null check (purpose in
    ('receivable', 'payable', 'reserve', 'deposit', 'grant', 'activation', 'fee', 'tax', 'stripe', 'bank',
     'stripe-costs')),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  unique (organisation_id, purpose, currency)
);

create table ledger_entry (
  id bigint generated always as identity primary key,
  kind text not null check (kind in
    ('invoice', 'credit-note', 'activation', 'deposit', 'deposit-credit', 'deposit-refund', 'payment', 'refund',
     'dispute', 'payout', 'payout-reversal', 'reserve', 'reserve-release', 'reversal')),
  -- What it books, once: an invoice, a payment, the entry that it reverses.
  reference text not null check (length(reference) between 1 and 100),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  memo text not null check (length(memo) between 1 and 300),
  booked_at timestamptz not null,
  reverses bigint unique references ledger_entry (id),
  -- The transaction that wrote it: no other one may add postings.
  written_by xid8 not null default pg_current_xact_id(),
  unique (kind, reference),
  check ((kind = 'reversal') = (reverses is not null))
);
create index ledger_entry_booked on ledger_entry (booked_at);

create table ledger_posting (
  entry_id bigint not null,
  account_id bigint not null,
  minor bigint not null check (minor <> 0 and minor between -9000000000000000 and 9000000000000000),
  primary key (entry_id, account_id)
);
create index ledger_posting_account on ledger_posting (account_id, entry_id) include (minor);

-- At the end of the transaction, so that an entry and its postings may come in any order.
create function check_ledger_entry() returns trigger language plpgsql set enable_seqscan to off as $$
declare postings integer; total numeric;
begin
  select count(*), sum(minor) into postings, total from ledger_posting where entry_id = new.id;
  if postings < 2 or total <> 0 then
    raise exception 'ledger entry % of % % does not balance', new.id, new.kind, new.reference
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_entry_balances after insert on ledger_entry deferrable initially deferred
  for each row execute function check_ledger_entry();

-- One look for all rows of a statement. "offset 0" keeps each lookup a lookup by key, however many rows the first
-- statement that is planned has.
create function check_ledger_postings() returns trigger language plpgsql set enable_seqscan to off as $$
begin
  if exists (select from touched t
             where not exists (select from ledger_entry e, ledger_account a
                               where e.id = t.entry_id and a.id = t.account_id and a.currency = e.currency
                                 and e.written_by = pg_current_xact_id() offset 0)) then
    raise exception 'a posting belongs to an entry of its own transaction and an account in its currency'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger ledger_posting_made after insert on ledger_posting referencing new table as touched
  for each statement execute function check_ledger_postings();

create trigger ledger_account_append_only before update or delete or truncate on ledger_account
  for each statement execute function refuse_rewriting();
create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
  for each statement execute function refuse_rewriting();
create trigger ledger_posting_append_only before update or delete or truncate on ledger_posting
  for each statement execute function refuse_rewriting();

-- For rooms above that read many postings: each with its entry and whose it is.
create view ledger_line as
  select e.id as entry_id, e.kind, e.reference, e.memo, e.booked_at, e.reverses, a.organisation_id, a.purpose,
    a.currency::text as currency, p.minor
  from ledger_posting p join ledger_entry e on e.id = p.entry_id join ledger_account a on a.id = p.account_id;
