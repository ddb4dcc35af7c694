-- What a provider was paid too much, and has paid back to the agency's bank: a claim above zero, which stands against what
-- has ceased to be payable.
create table repayment (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  agency_id uuid not null references organisation (id),
  provider_id uuid not null references organisation (id),
  currency char(3) not null,
  minor bigint not null check (minor > 0),
  bank_reference text not null check (length(bank_reference) between 1 and 100),
  paid_at timestamptz not null,
  noted_by uuid,
  -- a booking of the bank is noted once
  unique (agency_id, bank_reference)
);
create index repayment_agency on repayment (agency_id, sequence);
create index repayment_provider on repayment (provider_id);
create trigger repayment_append_only before update or delete or truncate on repayment
  for each statement execute function refuse_rewriting();

-- What Stripe did not take back, and the provider has transferred to the agency's bank instead.
alter table payout_reversal add column bank_reference text check (length(bank_reference) between 1 and 100);
alter table payout_reversal add check (bank_reference is null or state = 'done' and stripe_reversal is null);

alter table ledger_entry drop constraint ledger_entry_kind_check;
alter table ledger_entry add constraint ledger_entry_kind_check check (kind in
  ('invoice', 'credit-note', 'activation', 'deposit', 'deposit-credit', 'deposit-refund', 'payment', 'refund',
   'dispute', 'payout', 'payout-reversal', 'repayment', 'reserve', 'reserve-release', 'stripe-costs', 'stripe-payout',
   'write-off', 'service-credit', 'reversal'));

alter table payout_line drop constraint payout_line_kind_check;
alter table payout_line add constraint payout_line_kind_check
  check (kind in ('invoice', 'credit-note', 'activation', 'reserve', 'service-credit', 'repayment'));
create or replace view payout_claim as
  select s.provider_id, c.issuer_id as agency_id, c.currency, 'invoice' as kind, c.id::text as reference,
    s.payable_minor as minor, c.id as invoice_id
  from collection c join invoice_share s on s.invoice_id = c.id
  where c.open_minor <= 0 and c.state not in ('disputed', 'written-off')
  union all
  select s.provider_id, c.issuer_id, c.currency, 'credit-note', n.invoice_id::text, -abs(s.payable_minor), c.id
  from issued_invoice n join invoice_share s on s.invoice_id = n.invoice_id
    join collection c on c.id = n.credits_invoice_id
  where n.kind = 'credit-note' and c.open_minor <= 0 and c.state not in ('disputed', 'written-off')
  union all
  select p.organisation_id, a.organisation_id, p.currency, 'activation', p.reference, -p.minor, null
  from ledger_line p join ledger_line a on a.entry_id = p.entry_id and a.purpose = 'activation'
  where p.kind = 'activation' and p.purpose = 'payable'
    and not exists (select from ledger_entry r where r.reverses = p.entry_id)
  union all
  select provider_id, agency_id, currency, 'reserve', id::text, reserve_minor, null
  from payout where state = 'released' and reserve_minor > 0
  union all
  select provider_id, agency_id, currency, 'service-credit', credit_id::text, -minor, null from left_credit_payment
  union all
  select provider_id, agency_id, currency, 'repayment', id::text, minor, null from repayment;
