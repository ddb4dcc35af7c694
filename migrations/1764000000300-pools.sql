create table pool (
  id uuid primary key,
  -- The order in which pools were drafted: what lists are paged by.
  sequence bigint generated always as identity unique,
  sponsor_id uuid not null references organisation (id),
  title text not null check (length(title) between 1 and 200),
  state text not null check (state in ('draft', 'open', 'locked', 'released', 'lapsed', 'cancelled')),
  version integer not null default 1,
  joining_ends_at timestamptz not null,
  due_at timestamptz,
  critical_mass integer not null check (critical_mass between 1 and 100000000),
  term_months integer not null check (term_months between 1 and 120),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  opened_at timestamptz,
  snapshot_hash text check (snapshot_hash ~ '^[0-9a-f]{64}$'),
  -- Random: without it, whoever knows the merged counts could try exact ones until the hash fits.
  snapshot_salt text,
  locked_at timestamptz,
  released_at timestamptz,
  why_released text,
  created_at timestamptz not null default app_now(),
  check (state <> 'open' or (opened_at is not null and due_at is not null)),
  check ((state in ('locked', 'released')) = (snapshot_hash is not null and locked_at is not null)),
  check ((state = 'released') = (released_at is not null and why_released is not null)),
  check ((snapshot_hash is null) = (snapshot_salt is null))
);
create index pool_due on pool (due_at) where state = 'open';

create table pool_region (
  pool_id uuid not null references pool (id),
  region_code text not null references region (code),
  primary key (pool_id, region_code)
);

create table pool_tier (
  pool_id uuid not null references pool (id),
  tier_code text not null references service_tier (code),
  open_market_monthly bigint not null check (open_market_monthly between 1 and 9000000000000000),
  primary key (pool_id, tier_code)
);

create table pool_band (
  pool_id uuid not null,
  tier_code text not null,
  from_lines integer not null check (from_lines > 0),
  monthly_minor bigint not null check (monthly_minor between 1 and 9000000000000000),
  primary key (pool_id, from_lines, tier_code),
  foreign key (pool_id, tier_code) references pool_tier (pool_id, tier_code)
);

-- Spreadsheets bring the rows of the following tables by the hundred thousand. A foreign key would look up every row by
-- itself, which takes longer than all else; what these rows refer to is looked up once per statement instead (the
-- check_ functions below) and is never deleted.
create table association_member (
  association_id uuid not null,
  -- The association's own name for the business: what its spreadsheets call it.
  reference text not null check (length(reference) between 1 and 60),
  member_id uuid not null,
  employees integer check (employees between 0 and 10000000),
  sector text check (sector ~ '^[A-V]$'),
  primary key (association_id, reference)
);

create table site (
  id uuid primary key,
  member_id uuid not null,
  reference text not null check (length(reference) between 1 and 60),
  name text not null check (length(name) between 1 and 200),
  address text check (length(address) between 1 and 300),
  -- As last pledged; the pledge's own is the one that is checked and counted.
  region_code text not null,
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  unique (member_id, reference),
  check ((latitude is null) = (longitude is null))
);

create table pledge (
  id uuid primary key,
  -- The order of joining: what lists are paged by.
  sequence bigint generated always as identity,
  pool_id uuid not null,
  site_id uuid not null,
  member_id uuid not null,
  association_id uuid,
  -- The site's region as pledged, so that what is known of a site later does not move locked demand.
  region_code text not null,
  commitment text not null check (commitment in ('firm', 'interest')),
  consent_stated boolean not null default false,
  -- The member pledged or changed it itself, so that its association's spreadsheet no longer decides.
  by_member boolean not null,
  -- The sum of its lines' quantities: a pool is counted over one index, and no row is updated by every joiner.
  lines integer not null check (lines > 0),
  version integer not null default 1,
  joined_at timestamptz not null,
  unique (pool_id, site_id)
);
create index pledge_counted on pledge (pool_id, sequence) include (commitment, lines, association_id);

-- The member itself has left the pool with this site, so that its association's spreadsheet does not bring it back. A
-- pledge that stands counts for more: the row stays when the member comes back, which costs joining nothing.
create table departure (
  pool_id uuid not null references pool (id),
  site_id uuid not null references site (id),
  left_at timestamptz not null,
  primary key (pool_id, site_id)
);

create table pledge_line (
  id uuid primary key,
  sequence bigint generated always as identity,
  pledge_id uuid not null,
  tier_code text not null,
  quantity integer not null check (quantity between 1 and 1000),
  ceiling_monthly bigint check (ceiling_monthly between 1 and 9000000000000000),
  present_provider text check (length(present_provider) between 1 and 100),
  present_down_mbps numeric(10, 3) check (present_down_mbps >= 0),
  present_monthly bigint check (present_monthly between 0 and 9000000000000000),
  exit_fee bigint check (exit_fee between 0 and 9000000000000000),
  unique (pledge_id, tier_code)
);

create table demand_cell (
  pool_id uuid not null references pool (id),
  region_code text not null,
  tier_code text not null,
  firm_lines integer not null check (firm_lines >= 0),
  interest_lines integer not null check (interest_lines >= 0),
  primary key (pool_id, region_code, tier_code),
  check (firm_lines + interest_lines > 0)
);

-- What the rooms above read of the lines of a pool. Once the pool is locked it cannot change. Every pledge has its site:
-- joined from the left, it is looked up only by those who ask for its reference.
create view pool_line as
select l.id as line_id, l.sequence, l.pledge_id, p.pool_id, p.site_id, p.member_id, p.association_id, p.region_code,
  l.tier_code, l.quantity, p.commitment, l.ceiling_monthly, l.present_monthly, l.exit_fee,
  s.reference as member_reference
from pledge_line l join pledge p on p.id = l.pledge_id left join site s on s.id = p.site_id;

-- One row and a hundred thousand share a plan, so it must not be chosen by the size of the first statement: "offset 0"
-- keeps each lookup a lookup by key.
create function check_association_members() returns trigger language plpgsql
set enable_seqscan to off as $$
begin
  if exists (select from touched t
             where not exists (select from organisation a
                               where a.id = t.association_id and a.kind = 'association' offset 0)
                or not exists (select from organisation m where m.id = t.member_id and m.kind = 'member' offset 0)) then
    raise exception 'an association lists members' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger association_member_added after insert on association_member referencing new table as touched
  for each statement execute function check_association_members();
create trigger association_member_stays
  before delete or truncate or update of association_id, reference, member_id on association_member
  for each statement execute function refuse_rewriting();

create function check_sites() returns trigger language plpgsql
set enable_seqscan to off as $$
begin
  if exists (select from touched t
             where not exists (select from organisation m where m.id = t.member_id and m.kind = 'member' offset 0)) then
    raise exception 'a site belongs to a member' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger site_added after insert on site referencing new table as touched
  for each statement execute function check_sites();
create trigger site_stays before delete or truncate or update of id, member_id, reference on site
  for each statement execute function refuse_rewriting();

-- Demand is gathered while a pool is open, and never changes afterwards.
create function check_pledges() returns trigger language plpgsql
set enable_seqscan to off as $$
begin
  if exists (select from touched t
             where not exists (select from pool p where p.id = t.pool_id and p.state = 'open' offset 0)
                or not exists (select from pool_region r
                               where r.pool_id = t.pool_id and r.region_code = t.region_code offset 0)
                or not exists (select from site s where s.id = t.site_id and s.member_id = t.member_id offset 0)
                or (t.association_id is not null and not exists (
                      select from organisation a
                      where a.id = t.association_id and a.kind = 'association' offset 0))) then
    raise exception 'a pledge needs an open pool, a region of the pool, and a site of its member'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create function check_pledge_lines() returns trigger language plpgsql
set enable_seqscan to off as $$
begin
  if exists (select from touched t
             where not exists (select from pledge g, pool p, pool_tier r
                               where g.id = t.pledge_id and p.id = g.pool_id and p.state = 'open'
                                 and r.pool_id = g.pool_id and r.tier_code = t.tier_code offset 0)) then
    raise exception 'a pledged line needs a pledge, an open pool and a service tier of the pool'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create function refuse_unless_open() returns trigger language plpgsql
set enable_seqscan to off as $$
begin
  if exists (select from (select distinct pool_id from touched) t
             where exists (select from pool p where p.id = t.pool_id and p.state <> 'open' offset 0)) then
    raise exception '% changes only while its pool is open', tg_table_name using errcode = 'insufficient_privilege';
  end if;
  if tg_table_name = 'pledge' then
    delete from pledge_line l using touched t where l.pledge_id = t.id;
  end if;
  return null;
end $$;
create function refuse_line_unless_open() returns trigger language plpgsql
set enable_seqscan to off as $$
begin
  if exists (select from touched t
             where exists (select from pledge g, pool p
                           where g.id = t.pledge_id and p.id = g.pool_id and p.state <> 'open' offset 0)) then
    raise exception '% changes only while its pool is open', tg_table_name using errcode = 'insufficient_privilege';
  end if;
  return null;
end $$;
create trigger pledge_added after insert on pledge referencing new table as touched
  for each statement execute function check_pledges();
create trigger pledge_changed after update on pledge referencing new table as touched
  for each statement execute function check_pledges();
create trigger pledge_left after delete on pledge referencing old table as touched
  for each statement execute function refuse_unless_open();
create trigger pledge_stays before update of pool_id, site_id, member_id or truncate on pledge
  for each statement execute function refuse_rewriting();
create trigger pledge_line_added after insert on pledge_line referencing new table as touched
  for each statement execute function check_pledge_lines();
create trigger pledge_line_changed after update on pledge_line referencing new table as touched
  for each statement execute function check_pledge_lines();
create trigger pledge_line_left after delete on pledge_line referencing old table as touched
  for each statement execute function refuse_line_unless_open();
create trigger pledge_line_stays before update of pledge_id or truncate on pledge_line
  for each statement execute function refuse_rewriting();
create trigger demand_cell_added after insert on demand_cell referencing new table as touched
  for each statement execute function refuse_unless_open();
create trigger demand_cell_append_only before update or delete or truncate on demand_cell
  for each statement execute function refuse_rewriting();
