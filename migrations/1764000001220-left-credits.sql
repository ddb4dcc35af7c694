-- Whether a line has ended: what is left of its service credits then can be deducted from it no more.
create or replace view billable_line as
select s.id as subscription_id, s.number, s.agreement_id, a.agency_id, a.provider_id, s.member_id, s.region_code,
  s.lot_code, s.tier_code, s.quantity, a.currency, s.monthly_minor as contract_monthly, s.setup_minor, s.settled_at,
  s.joined_band, s.state = 'ended' as ended
from subscription s join billable_agreement a on a.agreement_id = s.agreement_id
where s.state <> 'cancelled';

-- What is left of service credits when no line of their member under the agreement will be charged any more: each of them has
-- ended, and its days are billed.
create view left_service_credit as
select c.sequence, c.id as credit_id, c.subscription_id, l.number as subscription_number, l.agreement_id, l.agency_id,
  l.currency, l.member_id, l.lot_code, l.tier_code, l.quantity, l.contract_monthly, c.reason, c.days, c.happened_on,
  u.worth_minor, coalesce(u.used_minor, 0) as used_minor
from service_credit c join billable_line l on l.subscription_id = c.subscription_id
  left join used_service_credit u on u.credit_id = c.id
where (u.credit_id is null or u.used_minor < u.worth_minor) and l.ended
  and not exists (
    select from billable_line o left join billed_line b on b.subscription_id = o.subscription_id
    where o.agreement_id = l.agreement_id and o.member_id = l.member_id and (not o.ended or exists (
      select from service_period p where p.subscription_id = o.subscription_id
        and (p.until_on is null or p.until_on > greatest(b.billed_until, p.from_on)))));
