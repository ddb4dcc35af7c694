-- Which invoice a claim is about: that of an invoice and those of its credit notes are looked at together, without reading
-- those of all others.
create or replace view payout_claim as
  select s.provider_id, c.issuer_id as agency_id, c.currency, 'invoice' as kind, c.id::text as reference,
    s.payable_minor as minor, c.id as invoice_id
  from collection c join invoice_share s on s.invoice_id = c.id
  where c.open_minor <= 0 and c.state <> 'disputed'
  union all
  select s.provider_id, c.issuer_id, c.currency, 'credit-note', n.invoice_id::text, -abs(s.payable_minor), c.id
  from issued_invoice n join invoice_share s on s.invoice_id = n.invoice_id
    join collection c on c.id = n.credits_invoice_id
  where n.kind = 'credit-note' and c.open_minor <= 0 and c.state <> 'disputed'
  union all
  select p.organisation_id, a.organisation_id, p.currency, 'activation', p.reference, -p.minor, null
  from ledger_line p join ledger_line a on a.entry_id = p.entry_id and a.purpose = 'activation'
  where p.kind = 'activation' and p.purpose = 'payable'
    and not exists (select from ledger_entry r where r.reverses = p.entry_id)
  union all
  select provider_id, agency_id, currency, 'reserve', id::text, reserve_minor, null
  from payout where state = 'released' and reserve_minor > 0;

-- What payouts pay, each line with the invoice that it is about; credit notes with the one that they credit.
create view payout_part as
  select l.payout_id, l.provider_id, p.agency_id, p.currency, l.kind, l.reference, l.minor, p.way, p.state,
    case l.kind when 'invoice' then l.reference::uuid
                when 'credit-note' then (select n.credits_invoice_id from issued_invoice n
                                         where n.invoice_id = l.reference::uuid) end as invoice_id
  from payout_line l join payout p on p.id = l.payout_id where p.state <> 'withdrawn';
