create table tender (
  id uuid primary key,
  pool_id uuid not null references pool (id),
  title text not null check (length(title) between 1 and 200),
  state text not null default 'draft' check (state in ('draft', 'published', 'cancelled')),
  version integer not null default 1,
  award_rule text not null default 'lot' check (award_rule in ('lot', 'tier', 'shared')),
  min_winners integer not null default 1 check (min_winners >= 1),
  max_winners integer check (max_winners >= 1),
  max_share_bp integer check (max_share_bp between 1 and 10000),
  enquiry_ends_at timestamptz,
  bidding_ends_at timestamptz,
  standstill_days integer not null default 10 check (standstill_days between 0 and 365),
  offer_days integer not null default 14 check (offer_days between 1 and 365),
  -- How bids compete once they are opened.
  auction jsonb not null check (jsonb_typeof(auction) = 'object'),
  currency char(3) not null,
  term_months integer not null check (term_months between 1 and 600),
  published_at timestamptz,
  content_hash text,
  cancelled_at timestamptz,
  why_cancelled text,
  created_at timestamptz not null default app_now(),
  check (state <> 'published' or (bidding_ends_at is not null and published_at is not null and content_hash is not null)),
  check ((state = 'cancelled') = (cancelled_at is not null and why_cancelled is not null))
);
-- A pool is put out to tender once at a time; after a cancellation it may be again.
create unique index tender_of_pool on tender (pool_id) where state <> 'cancelled';
create index tender_created_at on tender (created_at, id);

create table lot (
  id uuid primary key,
  tender_id uuid not null references tender (id),
  code text not null,
  title text not null check (length(title) between 1 and 200),
  unique (tender_id, code)
);

create table lot_region (
  tender_id uuid not null,
  lot_code text not null,
  region_code text not null references region (code),
  primary key (tender_id, region_code),
  foreign key (tender_id, lot_code) references lot (tender_id, code) on delete cascade
);
create index lot_region_lot on lot_region (tender_id, lot_code);

-- Written when the tender is published: what is asked for, counted by lot.
create table lot_demand (
  tender_id uuid not null,
  lot_code text not null,
  tier_code text not null references service_tier (code),
  firm_lines integer not null check (firm_lines >= 0),
  interest_lines integer not null check (interest_lines >= 0),
  primary key (tender_id, lot_code, tier_code),
  foreign key (tender_id, lot_code) references lot (tender_id, code)
);

create table price_cap (
  tender_id uuid not null references tender (id),
  tier_code text not null references service_tier (code),
  monthly_minor bigint not null check (monthly_minor > 0),
  primary key (tender_id, tier_code)
);

create view tender_lot_region as
  select r.tender_id, t.pool_id, r.lot_code, r.region_code from lot_region r join tender t on t.id = r.tender_id;

-- What was published is what providers priced and what the content hash stands for: nobody changes it, by any route.
create function refuse_changing_published_tender() returns trigger language plpgsql as $$
declare may_change text[] := array['state', 'version', 'cancelled_at', 'why_cancelled'];
begin
  if old.state = 'draft' then return coalesce(new, old); end if;
  if tg_op = 'DELETE' or new.state = 'draft' or to_jsonb(old) - may_change <> to_jsonb(new) - may_change then
    raise exception 'tender % is %, its content is frozen', old.id, old.state using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger tender_frozen before update or delete on tender
  for each row execute function refuse_changing_published_tender();

create function refuse_changing_frozen_part() returns trigger language plpgsql as $$
declare of_tender uuid := case when tg_op = 'DELETE' then old.tender_id else new.tender_id end;
begin
  if exists (select from tender t where t.id = of_tender and t.state <> 'draft')
    or (tg_op = 'UPDATE' and old.tender_id <> new.tender_id) then
    raise exception 'tender % is not a draft, its % is frozen', of_tender, tg_table_name
      using errcode = 'insufficient_privilege';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger lot_frozen before insert or update or delete on lot
  for each row execute function refuse_changing_frozen_part();
create trigger lot_region_frozen before insert or update or delete on lot_region
  for each row execute function refuse_changing_frozen_part();
create trigger lot_demand_frozen before insert or update or delete on lot_demand
  for each row execute function refuse_changing_frozen_part();
create trigger price_cap_frozen before insert or update or delete on price_cap
  for each row execute function refuse_changing_frozen_part();
