-- These checks look each touched row up in large tables. A plan that was made for one row takes long for a hundred thousand,
-- and what is kept with a connection is made once: so they are executed as text, and planned for the rows at hand.
create or replace function check_subscriptions() returns trigger language plpgsql as $$
declare
  wrong boolean;
begin
  execute $check$
    select exists (select from touched t
                   left join offer o on o.id = t.offer_id
                   left join pledge_line l on l.id = t.line_id
                   where t.offer_id is not null
                     and (o.id is null or o.state <> 'settled' or o.limit_minor <> t.agreed_monthly
                       or (o.agreement_id, o.line_id, o.member_id, o.quantity)
                         <> (t.agreement_id, t.line_id, t.member_id, t.quantity)
                       or l.id is null or l.sequence <> o.line_sequence or l.tier_code <> t.tier_code
                       or l.quantity < t.quantity)) $check$ into wrong;
  if wrong then
    raise exception 'a subscription is for a pledged line, and what its settled offer says'
      using errcode = 'foreign_key_violation';
  end if;
  execute $check$
    select exists (select from touched t
                   left join late_joining j on j.agreement_id = t.agreement_id
                   left join organisation m on m.id = t.member_id
                   where t.offer_id is null
                     and (j.agreement_id is null or business_day(t.settled_at) > j.until_on or m.id is null
                          or m.kind <> 'member')) $check$ into wrong;
  if wrong then
    raise exception 'a line joins later as a member''s, while late joining is open'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;

create or replace function check_service_periods() returns trigger language plpgsql as $$
declare
  wrong boolean;
begin
  execute $check$
    select exists (select from touched t left join subscription s on s.id = t.subscription_id
                   where s.id is null or s.works_on is null or t.from_on < s.works_on) $check$ into wrong;
  if wrong then
    raise exception 'a line works from its installation on' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
