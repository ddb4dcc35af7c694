-- The auction of a tender has the tender's id. A practice auction is about the same tender, for one provider, and has an
-- id of its own.
create table auction (
  id uuid primary key,
  tender_id uuid not null references tender (id),
  practice_for uuid references organisation (id),
  state text not null default 'open' check (state in ('open', 'closing', 'closed', 'waiting', 'live', 'resting',
    'paused', 'settling', 'decided', 'failed', 'cancelled')),
  deadline timestamptz not null,
  due_at timestamptz,
  closed_at timestamptz,
  opened_at timestamptz,
  opened_by uuid references person (id),
  -- What of it goes on, of a live auction or of a turn; the events say the same and more.
  ends_at timestamptz,
  extended_millis integer not null default 0 check (extended_millis >= 0),
  round integer check (round > 0),
  turn integer check (turn > 0),
  turn_of text,
  turn_order text[],
  paused_from text check (paused_from in ('waiting', 'live', 'resting')),
  remaining_millis bigint check (remaining_millis >= 0),
  decided_at timestamptz,
  check ((practice_for is null) = (id = tender_id)),
  check (practice_for is not null or
    (state in ('open', 'closing', 'closed', 'cancelled')) or (opened_at is not null and opened_by is not null)),
  check (state = 'cancelled' or (state in ('open', 'closing', 'waiting', 'live', 'resting', 'settling')) = (due_at is not null)),
  check ((state = 'paused') = (paused_from is not null)),
  check ((paused_from is null) = (remaining_millis is null)),
  check ((state = 'decided') = (decided_at is not null))
);
create index auction_due on auction (due_at) where due_at is not null;
create index auction_tender on auction (tender_id);
create unique index auction_practice on auction (tender_id, practice_for)
  where practice_for is not null and state not in ('decided', 'failed', 'cancelled');

-- How the simulated bidders of a practice auction are played: one after the other is given a lower floor, for as long as
-- its state says so. Practice auctions are kept like all others: what happened in one is no more forgotten than written
-- anew, and how many a provider may have is limited.
create table practice (
  id uuid primary key references auction (id),
  state text not null check (state in ('playing', 'over')),
  due_at timestamptz,
  format text not null check (format in ('live', 'rounds')),
  bidders integer not null check (bidders > 0),
  duration_seconds integer not null check (duration_seconds > 0),
  -- how often a floor was given
  moves integer not null default 0 check (moves >= 0),
  check ((state = 'playing') = (due_at is not null))
);
create index practice_due on practice (due_at) where due_at is not null;

-- A bid as it arrived. The tariff is in the box only, encrypted, until the opening. The sequence counts the provider's
-- own bids: a number over all bids would tell a provider how many its rivals made.
create table sealed_bid (
  id uuid primary key,
  auction_id uuid not null references auction (id),
  provider_id uuid not null references organisation (id),
  person_id uuid not null references person (id),
  sequence integer not null check (sequence > 0),
  received_at timestamptz not null,
  recorded_at timestamptz not null default app_now(),
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
    select from auction
    where id = new.auction_id and state not in ('open', 'closing', 'cancelled') and deadline <= app_now()
  ) then
    raise exception 'auction % is not closed, its bids stay sealed', new.auction_id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger opened_bid_not_early before insert on opened_bid
  for each row execute function refuse_early_opening();


-- Who takes part once the bids are opened. The alias is drawn by lot, so that the events tell nobody who it is. Nobody in a
-- practice auction has a sealed bid, and its simulated bidders have no provider either.
create table auction_participant (
  auction_id uuid not null references auction (id),
  alias text not null,
  -- the provider's id, or a name for a simulated one
  bidder text not null,
  provider_id uuid references organisation (id),
  bid_id uuid references sealed_bid (id),
  name text not null,
  primary key (auction_id, alias),
  unique (auction_id, bidder)
);

-- The tariffs of a participant: revision 0 as it was opened, the others as they were improved. Each is recorded when it
-- arrives, by whichever process, and gets its place among the events a moment later.
create table auction_tariff (
  auction_id uuid not null,
  alias text not null,
  revision integer not null check (revision >= 0),
  by text not null check (by in ('opening', 'person', 'proxy')),
  person_id uuid references person (id),
  received_at timestamptz not null,
  recorded_at timestamptz not null,
  tariff jsonb not null,
  salt text not null,
  commitment text not null check (commitment ~ '^[0-9a-f]{64}$'),
  signature text not null,
  -- of the lines that providers were shown, over the term
  evaluated_minor bigint not null,
  sequence integer,
  primary key (auction_id, alias, revision),
  foreign key (auction_id, alias) references auction_participant (auction_id, alias),
  check ((by = 'person') = (person_id is not null)),
  check ((by = 'opening') = (revision = 0))
);
create index auction_tariff_unplaced on auction_tariff (auction_id) where sequence is null;

create function refuse_changing_auction_tariff() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.sequence is not null
     or to_jsonb(old) - 'sequence' <> to_jsonb(new) - 'sequence' then
    raise exception 'a tariff is kept as it was received' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger auction_tariff_kept before update or delete on auction_tariff
  for each row execute function refuse_changing_auction_tariff();

-- The desk of an auction: whoever appends events holds its row, and while something may happen it is looked at every few
-- seconds, so that it is known since when nothing ran.
create table auction_desk (
  id uuid primary key,
  state text not null check (state in ('watching', 'idle')),
  due_at timestamptz,
  -- by the real clock: the development clock may leap
  seen_at timestamptz not null default clock_timestamp(),
  -- somebody is about to reckon a standing, or does so
  reckoning boolean not null default false,
  check ((state = 'watching') = (due_at is not null))
);
create index auction_desk_due on auction_desk (due_at) where due_at is not null;

-- What happened, one event after the other; each holds the hash of the one before.
create table auction_event (
  -- not the auction itself: a foreign key would wait for whoever ends a phase, who waits for the desk
  auction_id uuid not null references auction_desk (id),
  sequence integer not null check (sequence > 0),
  at timestamptz not null,
  kind text not null check (kind in ('opened', 'began', 'turn', 'rest', 'bid', 'proxy', 'standing', 'extended', 'paused',
    'resumed', 'ended', 'closed', 'failed', 'cancelled')),
  body jsonb not null,
  commitment text,
  previous text not null,
  hash text not null,
  primary key (auction_id, sequence)
);
create trigger auction_event_append_only before update or delete or truncate on auction_event
  for each statement execute function refuse_rewriting();

-- What an event committed to, told to the agency at once and to others after the end, as the tender says.
create table auction_content (
  auction_id uuid not null,
  sequence integer not null,
  content jsonb not null,
  salt text not null,
  primary key (auction_id, sequence),
  foreign key (auction_id, sequence) references auction_event (auction_id, sequence)
);
create trigger auction_content_append_only before update or delete or truncate on auction_content
  for each statement execute function refuse_rewriting();

-- How far a participant is from winning what it does not win, as of a standing.
create table auction_gap (
  auction_id uuid not null,
  standing integer not null,
  alias text not null,
  lot_code text not null,
  tier_code text,
  lines integer not null check (lines > 0),
  gap_minor bigint,
  at_least_minor bigint not null,
  proved boolean not null,
  foreign key (auction_id, standing) references auction_event (auction_id, sequence)
);
create unique index auction_gap_of on auction_gap (auction_id, standing, alias, lot_code, coalesce(tier_code, ''));

-- What a bidder told its proxy, sealed; it may do so before the opening, when it has no alias yet. The latest counts; there
-- is none when its box is null.
create table auction_proxy (
  auction_id uuid not null references auction (id),
  bidder text not null,
  revision integer not null check (revision > 0),
  person_id uuid references person (id),
  received_at timestamptz not null,
  box bytea,
  commitment text,
  sequence integer,
  primary key (auction_id, bidder, revision),
  check ((box is null) = (commitment is null))
);
create index auction_proxy_unplaced on auction_proxy (auction_id) where sequence is null;
