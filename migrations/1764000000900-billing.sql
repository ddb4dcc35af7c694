-- What an agency bills by, in a currency. The row also falls due: each time a month is over its run is planned.
create table billing_terms (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null references organisation (id),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  -- 0: as they came about, said by nobody yet
  version integer not null default 0,
  -- of the provider's net amount, kept by the platform
  fee_bp integer not null default 0 check (fee_bp between 0 and 10000),
  -- of an invoice's net amount, unless the member has its own
  tax_bp integer not null default 0 check (tax_bp between 0 and 10000),
  due_days integer not null default 14 check (due_days between 0 and 366),
  -- per line that is accepted; 0: none is asked for
  deposit_minor bigint not null default 0 check (deposit_minor between 0 and 9000000000000000),
  -- kept back of what is paid out to providers, and for how long
  reserve_bp integer not null default 0 check (reserve_bp between 0 and 10000),
  reserve_days integer not null default 0 check (reserve_days between 0 and 3660),
  state text not null default 'awaiting' check (state in ('awaiting')),
  due_at timestamptz not null,
  unique (agency_id, currency)
);
create index billing_terms_due on billing_terms (due_at);

-- The tax on an agency's invoices to one member, where it is not that of its terms.
create table member_tax (
  agency_id uuid not null references organisation (id),
  member_id uuid not null references organisation (id),
  tax_bp integer not null check (tax_bp between 0 and 10000),
  why text not null check (length(why) between 1 and 2000),
  primary key (agency_id, member_id)
);

-- What an agency pays of members' lines.
create table grant_scheme (
  id uuid primary key default gen_random_uuid(),
  -- the order in which schemes come to a line
  sequence bigint generated always as identity unique,
  agency_id uuid not null references organisation (id),
  name text not null check (length(name) between 1 and 200),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  -- null: any
  regions text[],
  tiers text[],
  pools uuid[],
  by_voucher boolean not null,
  -- per line and month, and for how many months of a line
  line_minor bigint not null check (line_minor between 1 and 9000000000000000),
  months integer not null check (months between 1 and 240),
  from_month text not null,
  budget_minor bigint not null check (budget_minor between 1 and 9000000000000000),
  granted_minor bigint not null default 0 check (granted_minor between 0 and budget_minor),
  state text not null check (state in ('open', 'ended')),
  made_at timestamptz not null,
  ended_at timestamptz,
  check ((state = 'ended') = (ended_at is not null))
);
create index grant_scheme_agency on grant_scheme (agency_id, sequence);

-- Lines of a member for which a scheme pays once the member has redeemed it.
create table grant_voucher (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  scheme_id uuid not null references grant_scheme (id),
  member_id uuid not null references organisation (id),
  lines integer not null check (lines between 1 and 100000),
  made_at timestamptz not null,
  redeemed_at timestamptz,
  unique (scheme_id, member_id)
);
create index grant_voucher_member on grant_voucher (member_id, sequence);

-- The run that bills a month of an agency in a currency.
create table billing_run (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  currency char(3) not null,
  month text not null check (month ~ '^20\d\d-(0[1-9]|1[0-2])$'),
  state text not null check (state in ('planned', 'previewed', 'running', 'issued')),
  -- how often it was planned
  version integer not null check (version > 0),
  planned_at timestamptz not null,
  previewed_at timestamptz,
  -- that of every invoice of the run, however long it takes
  started_at timestamptz,
  issued_at timestamptz,
  -- the terms that it started with
  fee_bp integer,
  tax_bp integer,
  due_days integer,
  -- what it would come to, and what it came to
  preview jsonb,
  totals jsonb,
  -- progress: members are billed in order of their ids, in chunks that each end with one of these
  chunk_ends uuid[] not null default '{}',
  chunks_done integer not null default 0 check (chunks_done between 0 and cardinality(chunk_ends)),
  members_total integer not null default 0,
  members_done integer not null default 0 check (members_done between 0 and members_total),
  invoices integer not null default 0,
  unique (agency_id, currency, month),
  foreign key (agency_id, currency) references billing_terms (agency_id, currency),
  check (state <> 'previewed' or (previewed_at is not null and preview is not null)),
  check ((state in ('running', 'issued')) = (started_at is not null)),
  check ((started_at is null) = (fee_bp is null or tax_bp is null or due_days is null)),
  check ((state = 'issued') = (issued_at is not null)),
  check ((state = 'issued') = (totals is not null))
);

-- The one band in which a run bills an agreement: that of its preview, and from the start on that of its invoices.
create table run_agreement (
  run_id uuid not null references billing_run (id),
  agreement_id uuid not null,
  provider_id uuid not null,
  -- that work at the month's end; and in the run before
  lines integer not null check (lines >= 0),
  lines_before integer,
  band integer not null check (band >= 0),
  -- that of the run before, or else the settled one; a higher one is never dearer
  previous_band integer not null check (previous_band between 0 and band),
  -- owed to the provider once for the whole agreement, with the first run
  activation_minor bigint not null check (activation_minor >= 0),
  net_minor bigint not null default 0 check (net_minor >= 0),
  primary key (run_id, agreement_id)
);
create index run_agreement_agreement on run_agreement (agreement_id);

-- Up to which day a line is billed. A line that has never worked has no row, whichever months have been billed: its first
-- day may still be reported.
create table billed_line (
  subscription_id uuid primary key,
  billed_until date not null
) with (fillfactor = 50);

-- What a service credit is worth at the price of the run that came to it first, and what of it has been deducted.
create table used_service_credit (
  credit_id uuid primary key,
  worth_minor bigint not null check (worth_minor >= 0),
  used_minor bigint not null check (used_minor between 0 and worth_minor)
);

-- The last number of an issuer. Whoever takes the next holds the row until it has used it, so that none is missing.
create table invoice_counter (
  issuer_id uuid not null,
  kind text not null check (kind in ('invoice', 'credit-note')),
  year integer not null,
  last integer not null check (last > 0),
  primary key (issuer_id, kind, year)
);

-- Invoices, and the credit notes that take back charges of them (whose amounts are positive, too). Names are those at the
-- time of issue. Foreign keys would look up every row by itself, which takes longer than all else: whole chunks are
-- written at a time, and looked up once per statement by the check_ functions below.
create table invoice (
  id uuid primary key,
  kind text not null check (kind in ('invoice', 'credit-note')),
  credits_invoice_id uuid,
  run_id uuid,
  number text collate "C" not null,
  issuer_id uuid not null,
  issuer_name text not null,
  member_id uuid not null,
  member_name text not null,
  currency char(3) not null,
  month text not null,
  issued_at timestamptz not null,
  due_on date not null,
  tax_bp integer not null check (tax_bp between 0 and 10000),
  net_minor bigint not null check (net_minor >= 0),
  tax_minor bigint not null check (tax_minor >= 0),
  grant_minor bigint not null check (grant_minor between 0 and net_minor),
  total_minor bigint not null check (total_minor = net_minor + tax_minor - grant_minor),
  -- of a credit note
  why text check (length(why) between 1 and 2000),
  unique (issuer_id, number),
  unique (run_id, member_id),
  check ((kind = 'credit-note') = (credits_invoice_id is not null)),
  check ((kind = 'credit-note') = (why is not null)),
  check ((kind = 'invoice') = (run_id is not null))
);
create index invoice_member on invoice (member_id, issued_at, number);
create index invoice_issuer on invoice (issuer_id, issued_at, number);
create index invoice_credits on invoice (credits_invoice_id) where credits_invoice_id is not null;

create table invoice_line (
  invoice_id uuid not null,
  position integer not null check (position > 0),
  subscription_id uuid not null,
  -- of its call-off contract
  subscription_number text not null,
  agreement_id uuid not null,
  provider_id uuid not null,
  kind text not null check (kind in ('monthly', 'set-up', 'add-on', 'service-credit')),
  text text not null,
  quantity integer not null check (quantity > 0),
  unit_minor bigint not null check (unit_minor >= 0),
  -- the month of the days; null when it is not about days
  month text,
  days integer not null check (days >= 0),
  -- negative: deducted
  minor bigint not null,
  -- of a credit note: the line of the invoice that it takes back
  credits_position integer,
  primary key (invoice_id, position),
  check ((kind = 'service-credit') = (minor < 0) or minor = 0)
);

-- Whose the net amount is.
create table invoice_share (
  invoice_id uuid not null,
  provider_id uuid not null,
  net_minor bigint not null check (net_minor >= 0),
  fee_minor bigint not null check (fee_minor between 0 and net_minor),
  payable_minor bigint not null check (payable_minor = net_minor - fee_minor),
  primary key (invoice_id, provider_id)
);

-- What a scheme paid of an invoice; of a credit note what goes back to its budget, and months below zero when all of it
-- goes back.
create table invoice_grant (
  scheme_id uuid not null,
  subscription_id uuid not null,
  invoice_id uuid not null,
  months integer not null,
  -- for how many of the subscription's lines
  lines integer not null check (lines > 0),
  minor bigint not null check (minor > 0),
  primary key (scheme_id, subscription_id, invoice_id)
);
create index invoice_grant_invoice on invoice_grant (invoice_id);

-- What was written when somebody first asked for it: it is never written otherwise.
create table invoice_file (
  invoice_id uuid primary key references invoice (id),
  pdf_hash text not null check (length(pdf_hash) = 64),
  written_at timestamptz not null
);

-- One look for all rows of a statement; "offset 0" keeps each lookup a lookup by key, however the tables grow.
create function check_invoices() returns trigger language plpgsql set enable_seqscan to off as $$
begin
  if exists (select from touched t
             where t.kind = 'invoice' and not exists (
                 select from billing_run r
                 where r.id = t.run_id and r.state = 'running' and r.agency_id = t.issuer_id
                   and r.currency = t.currency and r.month = t.month offset 0)
               or t.kind = 'credit-note' and not exists (
                 select from invoice i
                 where i.id = t.credits_invoice_id and i.kind = 'invoice' and i.issuer_id = t.issuer_id
                   and i.member_id = t.member_id and i.currency = t.currency offset 0)) then
    raise exception 'an invoice is of its run, and a credit note of its invoice' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger invoice_issued after insert on invoice referencing new table as touched
  for each statement execute function check_invoices();

-- Lines are written with their invoices, and once: then they are all of it.
create function check_invoice_lines() returns trigger language plpgsql set enable_seqscan to off as $$
begin
  if exists (select from (select invoice_id, sum(minor) as minor, count(*) as lines from touched group by 1) t
             where not exists (select from invoice i where i.id = t.invoice_id and i.net_minor = t.minor offset 0)
               or exists (select from invoice_line l where l.invoice_id = t.invoice_id and l.position > t.lines offset 0)) then
    raise exception 'the lines of an invoice make its net amount' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger invoice_line_made after insert on invoice_line referencing new table as touched
  for each statement execute function check_invoice_lines();

create function check_invoice_shares() returns trigger language plpgsql set enable_seqscan to off as $$
begin
  if exists (select from (select invoice_id, sum(net_minor) as net_minor from touched group by 1) t
             where not exists (select from invoice i where i.id = t.invoice_id and i.net_minor = t.net_minor offset 0)) then
    raise exception 'the shares of an invoice make its net amount' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger invoice_share_made after insert on invoice_share referencing new table as touched
  for each statement execute function check_invoice_shares();

create trigger invoice_append_only before update or delete or truncate on invoice
  for each statement execute function refuse_rewriting();
create trigger invoice_line_append_only before update or delete or truncate on invoice_line
  for each statement execute function refuse_rewriting();
create trigger invoice_share_append_only before update or delete or truncate on invoice_share
  for each statement execute function refuse_rewriting();
create trigger invoice_grant_append_only before update or delete or truncate on invoice_grant
  for each statement execute function refuse_rewriting();
create trigger invoice_file_append_only before update or delete or truncate on invoice_file
  for each statement execute function refuse_rewriting();

-- What the rooms above collect: the invoices of a run once all of them are issued, and credit notes.
create view issued_invoice as
select i.id as invoice_id, i.kind, i.credits_invoice_id, i.run_id, i.number, i.issuer_id, i.member_id,
  i.currency::text as currency, i.month, i.issued_at, i.due_on, i.net_minor, i.tax_minor, i.grant_minor, i.total_minor
from invoice i left join billing_run r on r.id = i.run_id
where i.kind = 'credit-note' or r.state = 'issued';
