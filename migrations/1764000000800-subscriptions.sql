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

-- A settled line under an agreement, concluded by its call-off contract. What the contract says can be written again
-- from this row at any time, and has the hash kept here.
create table subscription (
  id uuid primary key default gen_random_uuid(),
  -- begins with the agreement's own number
  number text collate "C" not null,
  offer_id uuid not null unique,
  agreement_id uuid not null,
  line_id uuid not null,
  member_id uuid not null,
  association_id uuid,
  member_name text not null,
  site_reference text not null,
  region_code text not null,
  lot_code text not null,
  tier_code text not null,
  quantity integer not null check (quantity > 0),
  monthly_minor bigint not null check (monthly_minor >= 0),
  agreed_monthly bigint not null,
  setup_minor bigint not null check (setup_minor >= 0),
  term_months integer not null check (term_months > 0),
  content_hash text not null check (length(content_hash) = 64),
  state text not null check (state in ('called-off')),
  settled_at timestamptz not null,
  unique (agreement_id, number),
  -- nobody pays more than it agreed to
  check (monthly_minor <= agreed_monthly)
);
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

-- The planner must not choose by the size of the first statement it sees: one row and a hundred thousand share a plan.
-- So the check joins by primary key only, whatever the tables' statistics are at that moment.
create function check_subscriptions() returns trigger language plpgsql
set enable_hashjoin to off set enable_mergejoin to off set enable_seqscan to off as $$
begin
  if exists (select from touched t
             left join offer o on o.id = t.offer_id
             left join pledge_line l on l.id = t.line_id
             where o.id is null or o.state <> 'settled' or o.limit_minor <> t.agreed_monthly
               or (o.agreement_id, o.line_id, o.member_id, o.quantity)
                 <> (t.agreement_id, t.line_id, t.member_id, t.quantity)
               or l.id is null or l.sequence <> o.line_sequence or l.tier_code <> t.tier_code
               or l.quantity < t.quantity) then
    raise exception 'a subscription is for a pledged line, and what its settled offer says'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger subscription_concluded after insert on subscription referencing new table as touched
  for each statement execute function check_subscriptions();
create trigger subscription_stays before delete or truncate or update of id, number, offer_id, agreement_id, line_id,
    member_id, association_id, member_name, site_reference, region_code, lot_code, tier_code, quantity, agreed_monthly,
    setup_minor, term_months, content_hash, settled_at on subscription
  for each statement execute function refuse_rewriting();
