-- What a provider has paid back is taken from the booking that it came by, so that it pays nothing else.
update bank_receipt b set assigned_minor = b.assigned_minor + least(n.minor, b.rest_minor)
from (
  select agency_id, bank_reference, currency, sum(minor) as minor from (
    select agency_id, bank_reference, currency, minor from repayment
    union all
    select p.agency_id, r.bank_reference, p.currency, r.minor
    from payout_reversal r join payout p on p.id = r.payout_id where r.bank_reference is not null
  ) noted group by agency_id, bank_reference, currency
) n
where b.agency_id = n.agency_id and b.reference = n.bank_reference and b.currency = n.currency and b.rest_minor > 0;
