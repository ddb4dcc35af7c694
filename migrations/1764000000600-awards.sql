-- An award is an allocation that people decide on. Every evaluation of a tender is a row: an award that was evaluated
-- again stays, superseded, and a follow-up award covers the cells of a winner that fell out.
create table award (
  id uuid primary key,
  tender_id uuid not null references tender (id),
  tender_hash text not null,
  round integer not null check (round > 0),
  state text not null check (state in
    ('evaluating', 'failed', 'drafted', 'recommended', 'rejected', 'standstill', 'final', 'superseded',
     'abandoned')),
  version integer not null,
  due_at timestamptz,
  scope jsonb,
  excluded_bids jsonb not null,
  seconds integer not null check (seconds > 0),
  problem_hash text,
  solver_status text check (solver_status in ('optimal', 'feasible', 'infeasible', 'invalid', 'unknown')),
  allocation jsonb not null,
  total_minor bigint,
  bound_minor bigint,
  explanation jsonb not null,
  reasons text,
  content_hash text,
  prepared_by uuid[] not null,
  recommended_by uuid references person (id),
  recommended_by_name text,
  recommended_at timestamptz,
  approved_by uuid references person (id),
  approved_by_name text,
  approved_for uuid references organisation (id),
  approved_at timestamptz,
  approved_hash text,
  standstill_ends_at timestamptz,
  why_rejected text,
  why_abandoned text,
  supersedes uuid references award (id),
  why_again text,
  fallen_from uuid references award (id),
  fallen_bid uuid references sealed_bid (id),
  created_at timestamptz not null,
  unique (tender_id, round),
  check ((state = 'standstill') = (due_at is not null)),
  check ((state = 'abandoned') = (why_abandoned is not null)),
  check ((fallen_from is null) = (scope is null)),
  check ((fallen_from is null) = (fallen_bid is null)),
  -- Four eyes, whatever the code above it does: who shaped an award never approved it, and what was approved is what
  -- it says.
  check (approved_by is null or not approved_by = any (prepared_by)),
  check (approved_by is null or recommended_by is not null),
  check (state not in ('standstill', 'final') or
    (approved_by is not null and approved_hash = content_hash and standstill_ends_at is not null))
);
create unique index award_first on award (tender_id) where fallen_from is null and state <> 'superseded';
create unique index award_follow_up on award (fallen_from, fallen_bid) where state <> 'superseded';
create index award_due on award (due_at) where due_at is not null;

-- What a winner's lines of an award settled at, once their members have answered: from then on it holds these.
create table award_settled (
  award_id uuid not null references award (id),
  bid_id uuid not null references sealed_bid (id),
  lot_code text not null,
  tier_code text not null,
  lines integer not null check (lines >= 0),
  primary key (award_id, bid_id, lot_code, tier_code)
);
create trigger award_settled_append_only before update or delete or truncate on award_settled
  for each statement execute function refuse_rewriting();

create table award_letter (
  award_id uuid not null references award (id),
  provider_id uuid not null references organisation (id),
  bid_id uuid not null references sealed_bid (id),
  content jsonb not null,
  written_at timestamptz not null,
  primary key (award_id, provider_id)
);
create index award_letter_provider on award_letter (provider_id, written_at);
