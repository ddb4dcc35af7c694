-- Gaps to win that a board left as at least and at most, and that an officer asked to have proved: what a longer search for
-- each found, together with what was known before. A gap belongs to an answer, whichever boards ask for it. What nobody
-- decides on any more before it was searched for is taken back.
create table award_gap_proof (
  input_hash text not null,
  position integer not null,
  asked_at timestamptz not null,
  -- the longest the search might take
  seconds integer check (seconds > 0),
  gap_minor bigint,
  at_least_minor bigint,
  proved boolean,
  solved_at timestamptz,
  primary key (input_hash, position),
  foreign key (input_hash, position) references award_gap (input_hash, position),
  check ((solved_at is null) = (seconds is null)),
  check ((solved_at is null) = (at_least_minor is null)),
  check ((solved_at is null) = (proved is null)),
  check (solved_at is not null or gap_minor is null)
);
create trigger award_gap_proof_once before update or delete on award_gap_proof
  for each row when (old.solved_at is not null) execute function refuse_rewriting();
