-- When a line that is suspended was: whoever had it suspended knows by it whether that is still this suspension. Null for
-- what was suspended before this was kept.
alter table subscription add column suspended_at timestamptz check (suspended_at is null or state in ('suspended', 'ended'));

-- What the rooms above know of suspended lines.
create view suspended_line as
select id as subscription_id, number, suspended_at from subscription where state = 'suspended';

-- The lines that were suspended because an invoice was not paid.
create table collection_suspension (
  sequence bigint generated always as identity primary key,
  issuer_id uuid not null references organisation (id),
  collection_id uuid not null references collection (id),
  subscription_id uuid not null,
  suspended_at timestamptz not null,
  unique (subscription_id, suspended_at)
);
create index collection_suspension_issuer on collection_suspension (issuer_id, sequence);
create trigger collection_suspension_append_only before update or delete or truncate on collection_suspension
  for each statement execute function refuse_rewriting();
