create table region (
  code text primary key check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  -- Checked at the end of the transaction: a file may name the child before its parent.
  parent_code text references region (code) deferrable initially deferred check (parent_code <> code),
  name text not null check (length(name) between 1 and 200),
  version integer not null default 1
);
create index region_parent on region (parent_code);

create table service_tier (
  code text primary key check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  name text not null check (length(name) between 1 and 200),
  down_mbps integer not null check (down_mbps between 1 and 10000000),
  up_mbps integer not null check (up_mbps between 1 and 10000000),
  repair_hours integer not null check (repair_hours between 1 and 8760),
  static_addresses integer not null default 0 check (static_addresses between 0 and 65536),
  version integer not null default 1
);
