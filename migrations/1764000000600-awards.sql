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

-- The lines of an approved award, one by one: which bid won which pledged line, or which part of it where a border between
-- two bids falls within. Written once per award; the check_ function looks an award up once per statement, since a
-- foreign key would look up every row by itself.
create table award_line (
  award_id uuid not null,
  bid_id uuid not null,
  line_sequence bigint not null,
  line_id uuid not null,
  lot_code text not null,
  tier_code text not null,
  -- how many of the line's connections come before this part
  part_from integer not null check (part_from >= 0),
  quantity integer not null check (quantity > 0),
  primary key (award_id, bid_id, line_sequence)
);
create function check_award_lines() returns trigger language plpgsql as $$
begin
  if exists (select from (select distinct award_id from touched) t left join award a on a.id = t.award_id
             where a.id is null or a.state not in ('standstill', 'final')) then
    raise exception 'lines are given out by an approved award' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger award_line_given after insert on award_line referencing new table as touched
  for each statement execute function check_award_lines();
create trigger award_line_append_only before update or delete or truncate on award_line
  for each statement execute function refuse_rewriting();

-- What the rooms above read of the lines that a bid won.
create view awarded_line as
select award_id, bid_id, line_sequence, line_id, lot_code, tier_code, part_from, quantity from award_line;

-- Why each lot of an award went where it went, as the evaluation found it: for each winner of each lot, or of each tier
-- of it. For the agency only: it tells of the tariffs of rivals.
create table award_lot_reason (
  award_id uuid not null references award (id),
  position integer not null check (position >= 0),
  lot_code text not null,
  tier_code text,
  bid_id uuid not null references sealed_bid (id),
  provider_id uuid not null references organisation (id),
  lines integer not null check (lines > 0),
  won_lines integer not null check (won_lines > 0),
  cost_minor bigint not null,
  runner_up_bid_id uuid references sealed_bid (id),
  runner_up_provider_id uuid references organisation (id),
  runner_up_cost_minor bigint,
  away_at_least_minor bigint,
  away_at_most_minor bigint,
  away_proved boolean,
  words text not null,
  primary key (award_id, position),
  check ((runner_up_bid_id is null) = (runner_up_cost_minor is null)),
  check ((runner_up_bid_id is null) = (runner_up_provider_id is null)),
  check ((away_proved is null) = (away_at_least_minor is null))
);
create trigger award_lot_reason_append_only before update or delete or truncate on award_lot_reason
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

-- The scenario board of an award: what an officer wants to know before recommending it. It keeps the problem that it is
-- about, so that its entries can be solved whatever happens to the award.
create table award_board (
  award_id uuid not null references award (id),
  problem_hash text not null,
  problem jsonb not null,
  left_out jsonb not null,
  made_at timestamptz not null,
  completed_at timestamptz,
  primary key (award_id, problem_hash)
);

-- What was asked of the solver for boards, by the hash of the question, and what it answered: the same question is
-- answered once, whichever boards ask it.
create table award_solve (
  input_hash text primary key,
  status text check (status in ('optimal', 'feasible', 'infeasible', 'invalid', 'unknown')),
  total_minor bigint,
  bound_minor bigint,
  awards jsonb,
  explanation jsonb,
  solved_at timestamptz,
  check ((solved_at is null) = (status is null)),
  check ((solved_at is null) = (awards is null)),
  check ((solved_at is null) = (explanation is null))
);
create trigger award_solve_once before update or delete on award_solve
  for each row when (old.solved_at is not null) execute function refuse_rewriting();

create table award_board_entry (
  award_id uuid not null,
  problem_hash text not null,
  position integer not null check (position >= 0),
  kind text not null check (kind in ('winners', 'cap', 'without', 'with', 'rule', 'curve', 'gaps')),
  about text not null,
  change jsonb not null,
  lines integer not null check (lines > 0),
  input_hash text not null references award_solve (input_hash),
  primary key (award_id, problem_hash, position),
  unique (award_id, problem_hash, kind, about),
  foreign key (award_id, problem_hash) references award_board (award_id, problem_hash)
);
create index award_board_entry_input on award_board_entry (input_hash);

-- How far a bid is from winning what it does not win.
create table award_gap (
  input_hash text not null references award_solve (input_hash),
  position integer not null check (position >= 0),
  lot_code text not null,
  tier_code text,
  lines integer not null check (lines > 0),
  gap_minor bigint,
  at_least_minor bigint not null,
  proved boolean not null,
  primary key (input_hash, position)
);
create trigger award_gap_append_only before update or delete or truncate on award_gap
  for each statement execute function refuse_rewriting();
