alter table pool add column cancelled_at timestamptz, add column why_cancelled text,
  add check ((cancelled_at is null) = (why_cancelled is null)), add check (why_cancelled is null or state = 'cancelled');
-- What was told when pools were cancelled was only in the audit log.
update pool p set cancelled_at = e.at, why_cancelled = e.why
from audit_entry e
where p.state = 'cancelled' and e.subject_type = 'pool' and e.subject_id = p.id::text and e.deed = 'pools.cancel'
  and e.why is not null;
