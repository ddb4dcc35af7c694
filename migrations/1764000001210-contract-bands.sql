-- In which band a line was contracted that joined later: a run bills an agreement in none that is worse.
create or replace view billable_line as
select s.id as subscription_id, s.number, s.agreement_id, a.agency_id, a.provider_id, s.member_id, s.region_code,
  s.lot_code, s.tier_code, s.quantity, a.currency, s.monthly_minor as contract_monthly, s.setup_minor, s.settled_at,
  s.joined_band
from subscription s join billable_agreement a on a.agreement_id = s.agreement_id
where s.state <> 'cancelled';
