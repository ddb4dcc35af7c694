-- The round in which the offers of one framework agreement are answered. It has the agreement's id.
create table offer_round (
  id uuid primary key references framework_agreement (id),
  pool_id uuid not null references pool (id),
  provider_id uuid not null references organisation (id),
  currency char(3) not null,
  term_months integer not null check (term_months > 0),
  state text not null check (state in ('open', 'settled', 'fallen')),
  opened_at timestamptz not null,
  due_at timestamptz not null check (due_at > opened_at),
  closed_at timestamptz check (closed_at >= due_at),
  offers integer not null check (offers > 0),
  offered_lines integer not null check (offered_lines >= offers),
  -- bands by their index in the tariff; a higher one is never dearer
  at_most_band integer not null check (at_most_band >= 0),
  expected_band integer not null check (expected_band >= at_most_band),
  certain_lines integer,
  expected_lines integer,
  settled_band integer check (settled_band >= at_most_band),
  settled_lines integer check (settled_lines between 1 and offered_lines),
  check ((state = 'open') = (closed_at is null)),
  check ((state = 'settled') = (settled_band is not null)),
  check ((state = 'settled') = (settled_lines is not null))
);
create index offer_round_due on offer_round (due_at) where state = 'open';
create index offer_round_provider on offer_round (provider_id);

-- One offer per pledge line of an agreement; a line that two agreements share has one in each, for its part. What a
-- member saves is not kept but computed from these figures. Money is per line, monthly unless it is the set-up; the
-- exit fee is for all lines of the offer. Every row is written again by the settlement: half of each page is left free
-- for that, so that no index needs to change. Foreign keys would look every row up by itself, which takes longer than
-- all else: offers are made of pool_line by one statement, rounds are looked up once per statement, and a line once more
-- before it becomes a contract (the check_ functions below).
create table offer (
  id uuid primary key default gen_random_uuid(),
  agreement_id uuid not null,
  line_sequence bigint not null,
  line_id uuid not null,
  member_id uuid not null,
  association_id uuid,
  site_reference text not null,
  region_code text not null,
  lot_code text not null,
  tier_code text not null,
  quantity integer not null check (quantity > 0),
  commitment text not null check (commitment in ('firm', 'interest')),
  ceiling_monthly bigint check (ceiling_monthly >= 0),
  present_monthly bigint check (present_monthly >= 0),
  exit_fee bigint check (exit_fee >= 0),
  open_market_monthly bigint check (open_market_monthly >= 0),
  at_most_monthly bigint not null check (at_most_monthly >= 0),
  expected_monthly bigint not null check (expected_monthly between 0 and at_most_monthly),
  setup_minor bigint not null check (setup_minor >= 0),
  -- the most the member agreed to pay a month for each line, beside the set-up; null while it agreed to nothing
  limit_minor bigint check (limit_minor >= 0),
  state text not null
    check (state in ('made', 'standing', 'accepted', 'declined', 'settled', 'priced-out', 'lapsed')),
  answered_at timestamptz,
  answered_by uuid,
  -- The last answer is the member's own, so that its association's spreadsheet no longer answers for it.
  answered_by_member boolean not null default false,
  unique (agreement_id, line_sequence),
  check (not answered_by_member or answered_at is not null),
  check (state not in ('standing', 'accepted', 'settled', 'priced-out') or limit_minor is not null),
  check (state not in ('made', 'declined') or limit_minor is null),
  check (state <> 'accepted' or limit_minor >= at_most_monthly),
  check (state not in ('standing', 'priced-out') or limit_minor < at_most_monthly)
) with (fillfactor = 50);
create index offer_member on offer (member_id);

-- Offers with both sides of their agreement, for rooms above that ask something of many members at once.
create view agreement_offer as
  select o.id as offer_id, o.agreement_id, a.agency_id, o.member_id, r.currency, o.quantity, o.state
  from offer o join offer_round r on r.id = o.agreement_id join framework_agreement a on a.id = o.agreement_id;

-- Late joining of a settled agreement. Whoever joins holds its row, so that no two take the same capacity or number.
create table late_joining (
  agreement_id uuid primary key references offer_round (id),
  -- the last day on which a line may join
  until_on date not null,
  opened_at timestamptz not null
);

-- A settled line under an agreement, concluded by its call-off contract; or one that joined the running agreement later,
-- which has no offer and no pledged line. What the contract says can be written again from this row at any time, and has
-- the hash kept here. Every row is written again when the line works, and once more when it ends: half of each page is
-- left free for that, and no index needs to change.
create table subscription (
  id uuid primary key default gen_random_uuid(),
  -- begins with the agreement's own number
  number text collate "C" not null,
  offer_id uuid unique,
  agreement_id uuid not null,
  line_id uuid,
  member_id uuid not null,
  association_id uuid,
  member_name text not null,
  site_reference text not null check (length(site_reference) between 1 and 60),
  region_code text not null,
  lot_code text not null,
  tier_code text not null,
  quantity integer not null check (quantity > 0),
  monthly_minor bigint not null check (monthly_minor >= 0),
  agreed_monthly bigint not null,
  setup_minor bigint not null check (setup_minor >= 0),
  term_months integer not null check (term_months > 0),
  content_hash text not null check (length(content_hash) = 64),
  state text not null check (state in ('called-off', 'active', 'suspended', 'ended', 'cancelled')),
  -- called off at
  settled_at timestamptz not null,
  -- of a line that joined later: the band that priced it, and all lines that reached it
  joined_band integer check (joined_band >= 0),
  joined_lines integer check (joined_lines >= quantity),
  -- the first day on which the line worked, and the first day after its term
  works_on date,
  ends_on date check (ends_on > works_on),
  -- the first day on which it was not owed any more
  ended_on date check (ended_on between works_on and ends_on),
  -- of the last suspension, cancellation or early end
  why text check (length(why) between 1 and 2000),
  unique (agreement_id, number),
  check ((offer_id is null) = (line_id is null)),
  check ((offer_id is null) = (joined_band is not null)),
  check ((joined_band is null) = (joined_lines is null)),
  check ((state in ('called-off', 'cancelled')) = (works_on is null)),
  check ((works_on is null) = (ends_on is null)),
  check ((state = 'ended') = (ended_on is not null)),
  check (state not in ('suspended', 'cancelled') or why is not null),
  -- nobody pays more than it agreed to
  check (monthly_minor <= agreed_monthly)
) with (fillfactor = 50);
create index subscription_member on subscription (member_id);

create function check_offers() returns trigger language plpgsql as $$
begin
  if exists (select from (select distinct agreement_id from touched) t left join offer_round r on r.id = t.agreement_id
             where r.id is null or r.state <> 'open') then
    raise exception 'offers are made in an open round' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger offer_made after insert on offer referencing new table as touched
  for each statement execute function check_offers();
-- What was offered stays as it was offered.
create trigger offer_stays before delete or truncate or update of id, agreement_id, line_sequence, line_id, member_id,
    association_id, site_reference, region_code, lot_code, tier_code, quantity, commitment, ceiling_monthly,
    present_monthly, exit_fee, open_market_monthly, at_most_monthly, expected_monthly, setup_minor on offer
  for each statement execute function refuse_rewriting();

-- Days of business are Korea's, which has one zone and no summer time (kernel/calendar.ts).
create function business_day(at timestamptz) returns date language sql immutable
return (at at time zone interval '9 hours')::date;

-- The planner must not choose by the size of the first statement it sees: one row and a hundred thousand share a plan.
-- So the check joins by primary key only, whatever the tables' statistics are at that moment.
create function check_subscriptions() returns trigger language plpgsql
set enable_hashjoin to off set enable_mergejoin to off set enable_seqscan to off as $$
begin
  if exists (select from touched t
             left join offer o on o.id = t.offer_id
             left join pledge_line l on l.id = t.line_id
             where t.offer_id is not null and (o.id is null or o.state <> 'settled' or o.limit_minor <> t.agreed_monthly
               or (o.agreement_id, o.line_id, o.member_id, o.quantity)
                 <> (t.agreement_id, t.line_id, t.member_id, t.quantity)
               or l.id is null or l.sequence <> o.line_sequence or l.tier_code <> t.tier_code
               or l.quantity < t.quantity)) then
    raise exception 'a subscription is for a pledged line, and what its settled offer says'
      using errcode = 'foreign_key_violation';
  end if;
  if exists (select from touched t
             left join late_joining j on j.agreement_id = t.agreement_id
             left join organisation m on m.id = t.member_id
             where t.offer_id is null
               and (j.agreement_id is null or business_day(t.settled_at) > j.until_on or m.id is null
                    or m.kind <> 'member')) then
    raise exception 'a line joins later as a member''s, while late joining is open'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger subscription_concluded after insert on subscription referencing new table as touched
  for each statement execute function check_subscriptions();
create trigger subscription_stays before delete or truncate or update of id, number, offer_id, agreement_id, line_id,
    member_id, association_id, member_name, site_reference, region_code, lot_code, tier_code, quantity, agreed_monthly,
    setup_minor, term_months, content_hash, settled_at, joined_band, joined_lines on subscription
  for each statement execute function refuse_rewriting();

-- The days on which a line works: from one day on, until the day on which it does not any more. A suspension ends a
-- period, resuming begins another; one that was ended on its first day has no days.
create table service_period (
  subscription_id uuid not null,
  from_on date not null,
  until_on date check (until_on >= from_on),
  primary key (subscription_id, from_on)
);
create unique index service_period_running on service_period (subscription_id) where until_on is null;
create function check_service_periods() returns trigger language plpgsql
set enable_hashjoin to off set enable_mergejoin to off set enable_seqscan to off as $$
begin
  if exists (select from touched t left join subscription s on s.id = t.subscription_id
             where s.id is null or s.works_on is null or t.from_on < s.works_on) then
    raise exception 'a line works from its installation on' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger service_period_begun after insert on service_period referencing new table as touched
  for each statement execute function check_service_periods();
create trigger service_period_stays before delete or truncate or update of subscription_id, from_on on service_period
  for each statement execute function refuse_rewriting();

-- Lines of an agreement whose term ends on the same day end together: one row that falls due, however many lines.
create table term_end (
  id uuid primary key default gen_random_uuid(),
  agreement_id uuid not null references offer_round (id),
  ends_on date not null,
  state text not null check (state in ('awaited', 'passed')),
  due_at timestamptz not null,
  unique (agreement_id, ends_on)
);
create index term_end_due on term_end (due_at) where state = 'awaited';

-- An outage of a line, once it is repaired.
create table repair (
  id uuid primary key default gen_random_uuid(),
  subscription_id uuid not null references subscription (id),
  reported_at timestamptz not null,
  repaired_at timestamptz not null check (repaired_at > reported_at),
  -- what the service tier promised
  repair_hours integer not null check (repair_hours > 0),
  recorded_at timestamptz not null,
  recorded_by uuid not null references person (id),
  unique (subscription_id, reported_at)
);
create trigger repair_append_only before update or delete or truncate on repair
  for each statement execute function refuse_rewriting();

-- What is owed to a member for a promise that was not kept, in days of the line's monthly price.
create table service_credit (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity,
  subscription_id uuid not null,
  kind text not null check (kind in ('repair', 'installation')),
  repair_id uuid unique references repair (id),
  days integer not null check (days between 1 and 30),
  happened_on date not null,
  reason text not null check (length(reason) between 1 and 500),
  check ((kind = 'repair') = (repair_id is not null))
);
create index service_credit_subscription on service_credit (subscription_id, sequence);
create unique index service_credit_installation on service_credit (subscription_id) where kind = 'installation';
create trigger service_credit_append_only before update or delete or truncate on service_credit
  for each statement execute function refuse_rewriting();

-- What a provider offers beside the lines of its agreement. Its price never changes: another price is another add-on.
create table add_on (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  agreement_id uuid not null references offer_round (id),
  code text not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  name text not null check (length(name) between 1 and 200),
  monthly_minor bigint not null check (monthly_minor between 0 and 9000000000000000),
  state text not null check (state in ('offered', 'withdrawn')),
  offered_at timestamptz not null,
  withdrawn_at timestamptz,
  check ((state = 'withdrawn') = (withdrawn_at is not null))
);
create index add_on_agreement on add_on (agreement_id, sequence);
create unique index add_on_code on add_on (agreement_id, code) where state = 'offered';
create trigger add_on_stays before delete or truncate or update of id, agreement_id, code, name, monthly_minor,
    offered_at on add_on
  for each statement execute function refuse_rewriting();

create table add_on_order (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  subscription_id uuid not null references subscription (id),
  add_on_id uuid not null references add_on (id),
  quantity integer not null check (quantity between 1 and 1000),
  -- as it was when it was ordered
  monthly_minor bigint not null check (monthly_minor >= 0),
  from_on date not null,
  until_on date check (until_on >= from_on)
);
create index add_on_order_subscription on add_on_order (subscription_id, sequence);
-- one order of an add-on at a time
create unique index add_on_order_running on add_on_order (subscription_id, add_on_id) where until_on is null;
create trigger add_on_order_stays before delete or truncate or update of id, subscription_id, add_on_id, quantity,
    monthly_minor, from_on on add_on_order
  for each statement execute function refuse_rewriting();

-- What the rooms above read for billing. Every agreement that settled,
create view billable_agreement as
select r.id as agreement_id, a.number, a.agency_id, r.provider_id, r.pool_id, r.currency::text as currency,
  r.term_months, r.settled_band, r.closed_at as settled_at
from offer_round r join framework_agreement a on a.id = r.id
where r.state = 'settled';

-- every line that was called off under one and not cancelled, with the monthly price of its contract, which never rises
-- (it works on the days of its service_periods),
create view billable_line as
select s.id as subscription_id, s.number, s.agreement_id, a.agency_id, a.provider_id, s.member_id, s.region_code,
  s.lot_code, s.tier_code, s.quantity, a.currency, s.monthly_minor as contract_monthly, s.setup_minor, s.settled_at
from subscription s join billable_agreement a on a.agreement_id = s.agreement_id
where s.state <> 'cancelled';

-- and what was ordered beside a line, on the days on which the line works: an order has a row for each of its line's
-- service_periods that it shares a day with.
create view billable_add_on as
select o.id as order_id, o.subscription_id, a.code, a.name, o.quantity, o.monthly_minor,
  greatest(o.from_on, p.from_on) as from_on, least(o.until_on, p.until_on) as until_on
from add_on_order o join add_on a on a.id = o.add_on_id join service_period p on p.subscription_id = o.subscription_id
where (o.until_on is null or o.until_on > greatest(o.from_on, p.from_on))
  and (p.until_on is null or p.until_on > greatest(o.from_on, p.from_on));
