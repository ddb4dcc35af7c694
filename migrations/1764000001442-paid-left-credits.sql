-- What was left of service credits and could not be deducted from any charge, and an officer has transferred to the member.
create table left_credit_payment (
  -- the service credit: it is paid out once, with all that is left of it
  credit_id uuid primary key,
  sequence bigint generated always as identity unique,
  agency_id uuid not null references organisation (id),
  provider_id uuid not null references organisation (id),
  member_id uuid not null references organisation (id),
  currency char(3) not null,
  -- number of the call-off contract
  subscription_number text not null,
  minor bigint not null check (minor > 0),
  bank_reference text not null check (length(bank_reference) between 1 and 100),
  paid_at timestamptz not null,
  paid_by uuid
);
create index left_credit_payment_agency on left_credit_payment (agency_id, sequence);
create trigger left_credit_payment_append_only before update or delete or truncate on left_credit_payment
  for each statement execute function refuse_rewriting();

alter table ledger_entry drop constraint ledger_entry_kind_check;
alter table ledger_entry add constraint ledger_entry_kind_check check (kind in
  ('invoice', 'credit-note', 'activation', 'deposit', 'deposit-credit', 'deposit-refund', 'payment', 'refund',
   'dispute', 'payout', 'payout-reversal', 'reserve', 'reserve-release', 'stripe-costs', 'write-off', 'service-credit',
   'reversal'));

-- Whose promise it was.
create or replace view left_service_credit as
select c.sequence, c.id as credit_id, c.subscription_id, l.number as subscription_number, l.agreement_id, l.agency_id,
  l.currency, l.member_id, l.lot_code, l.tier_code, l.quantity, l.contract_monthly, c.reason, c.days, c.happened_on,
  u.worth_minor, coalesce(u.used_minor, 0) as used_minor, l.provider_id
from service_credit c join billable_line l on l.subscription_id = c.subscription_id
  left join used_service_credit u on u.credit_id = c.id
where (u.credit_id is null or u.used_minor < u.worth_minor) and l.ended
  and not exists (
    select from billable_line o left join billed_line b on b.subscription_id = o.subscription_id
    where o.agreement_id = l.agreement_id and o.member_id = l.member_id and (not o.ended or exists (
      select from service_period p where p.subscription_id = o.subscription_id
        and (p.until_on is null or p.until_on > greatest(b.billed_until, p.from_on)))));

-- A provider's next payout makes up for what the agency has paid in its place.
alter table payout_line drop constraint payout_line_kind_check;
alter table payout_line add constraint payout_line_kind_check
  check (kind in ('invoice', 'credit-note', 'activation', 'reserve', 'service-credit'));
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
  select provider_id, agency_id, currency, 'service-credit', credit_id::text, -minor, null from left_credit_payment;
