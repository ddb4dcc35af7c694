-- What an officer gives up is written off: nothing of the invoice is open any more, and the loss is in the ledger.
alter table ledger_account drop constraint ledger_account_purpose_check;
alter table ledger_account add constraint ledger_account_purpose_check check (purpose in
  ('receivable', 'payable', 'reserve', 'deposit', 'grant', 'activation', 'fee', 'tax', 'stripe', 'bank', 'stripe-costs',
   'loss'));
alter table ledger_entry drop constraint ledger_entry_kind_check;
alter table ledger_entry add constraint ledger_entry_kind_check check (kind in
  ('invoice', 'credit-note', 'activation', 'deposit', 'deposit-credit', 'deposit-refund', 'payment', 'refund',
   'dispute', 'payout', 'payout-reversal', 'reserve', 'reserve-release', 'stripe-costs', 'write-off', 'reversal'));

-- "open_minor" is reckoned anew, and the view of claims reads it.
drop view payout_claim;
alter table collection add column written_off_minor bigint not null default 0;
-- how often the loss was booked: part of the reference of each entry
alter table collection add column write_offs integer not null default 0;
update collection set written_off_minor = open_minor, write_offs = 1 where state = 'written-off' and open_minor > 0;
alter table collection drop column open_minor;
alter table collection add column open_minor bigint
  generated always as (total_minor - credited_minor - paid_minor + returned_minor - written_off_minor) stored;
alter table collection add constraint collection_closed
  check (state not in ('paid', 'refunded', 'credited') or open_minor <= 0);
-- Money that still comes, or goes, makes the loss smaller or larger.
alter table collection add constraint collection_written_off
  check (case state when 'written-off' then written_off_minor > 0 and open_minor = 0 else written_off_minor = 0 end);

insert into ledger_account (organisation_id, purpose, currency)
  select distinct issuer_id, 'loss', currency from collection where written_off_minor > 0 on conflict do nothing;
with entry as (
  insert into ledger_entry (kind, reference, currency, memo, booked_at)
  select 'write-off', id || ' 1', currency, 'Write-off of ' || number, app_now() from collection where written_off_minor > 0
  returning id, reference
)
insert into ledger_posting (entry_id, account_id, minor)
select e.id, a.id, case a.purpose when 'loss' then c.written_off_minor else -c.written_off_minor end
from entry e join collection c on e.reference = c.id || ' 1'
  join ledger_account a on a.currency = c.currency
    and (a.purpose = 'loss' and a.organisation_id = c.issuer_id or a.purpose = 'receivable' and a.organisation_id = c.member_id);
-- Whatever is altered next in this transaction must find the entries balanced.
set constraints all immediate;

-- What is written off was not paid: its providers have no claim.
create view payout_claim as
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
  from payout where state = 'released' and reserve_minor > 0;
