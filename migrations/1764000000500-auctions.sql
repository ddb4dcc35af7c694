-- The auction of a tender; it has the tender's id.
create table auction (
  id uuid primary key,
  tender_id uuid not null unique references tender (id) check (tender_id = id),
  state text not null default 'open' check (state in ('open', 'closing', 'closed', 'opened', 'cancelled')),
  deadline timestamptz not null,
  due_at timestamptz,
  closed_at timestamptz,
  opened_at timestamptz,
  opened_by uuid references person (id),
  check ((state = 'opened') = (opened_at is not null and opened_by is not null)),
  check ((state in ('open', 'closing')) = (due_at is not null))
);
create index auction_due on auction (due_at) where due_at is not null;

-- A bid as it arrived. The tariff is in the box only, encrypted, until the opening. The sequence counts the provider's
-- own bids: a number over all bids would tell a provider how many its rivals made.
create table sealed_bid (
  id uuid primary key,
  auction_id uuid not null references auction (id),
  provider_id uuid not null references organisation (id),
  person_id uuid not null references person (id),
  sequence integer not null check (sequence > 0),
  received_at timestamptz not null,
  box bytea not null,
  commitment text not null check (commitment ~ '^[0-9a-f]{64}$'),
  receipt_signature text not null,
  why_unreadable text,
  state text not null check (state in ('standing', 'replaced', 'withdrawn', 'opened', 'unreadable')),
  check ((state = 'unreadable') = (why_unreadable is not null)),
  unique (auction_id, provider_id, sequence)
);
create unique index sealed_bid_standing on sealed_bid (auction_id, provider_id) where state = 'standing';

-- Only the state of a bid ever changes; that it was made cannot be undone.
create function refuse_changing_sealed_bid() returns trigger language plpgsql as $$
declare may_change text[] := array['state', 'why_unreadable'];
begin
  if tg_op = 'DELETE' or to_jsonb(old) - may_change <> to_jsonb(new) - may_change then
    raise exception 'a sealed bid is kept as it was received' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger sealed_bid_kept before update or delete on sealed_bid
  for each row execute function refuse_changing_sealed_bid();

-- What the opening found. With the salt, anyone can recompute the commitment of the receipt from the tariff.
create table opened_bid (
  bid_id uuid primary key references sealed_bid (id),
  auction_id uuid not null references auction (id),
  provider_id uuid not null references organisation (id),
  received_at timestamptz not null,
  tariff jsonb not null,
  salt text not null
);
create index opened_bid_auction on opened_bid (auction_id, received_at, bid_id);
create trigger opened_bid_kept before update or delete or truncate on opened_bid
  for each statement execute function refuse_rewriting();

create function refuse_early_opening() returns trigger language plpgsql as $$
begin
  if not exists (
    select from auction where id = new.auction_id and state in ('closed', 'opened') and deadline <= app_now()
  ) then
    raise exception 'auction % is not closed, its bids stay sealed', new.auction_id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger opened_bid_not_early before insert on opened_bid
  for each row execute function refuse_early_opening();
