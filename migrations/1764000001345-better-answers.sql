-- Answers to questions of scenario boards that a clock cut off are asked for again by later boards, and give way to answers
-- that are certain; these never change. Until then boards that are complete keep what they have.

-- When it was asked for again, while the better answer is not there.
alter table award_solve add column asked_again_at timestamptz;
alter table award_solve add check (asked_again_at is null or solved_at is not null);

create function refuse_rewriting_answers() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE'
    and ((old.status in ('feasible', 'unknown') and new.status in ('optimal', 'infeasible', 'invalid'))
      or to_jsonb(new) - 'asked_again_at' = to_jsonb(old) - 'asked_again_at') then
    return new;
  end if;
  raise exception 'award_solve is append-only' using errcode = 'insufficient_privilege';
end $$;
drop trigger award_solve_once on award_solve;
create trigger award_solve_once before update or delete on award_solve
  for each row when (old.solved_at is not null) execute function refuse_rewriting_answers();

-- Gaps go with an answer that is not certain.
create function refuse_rewriting_gaps() returns trigger language plpgsql as $$
begin
  if exists (select from award_solve where input_hash = old.input_hash and status in ('feasible', 'unknown')) then
    return old;
  end if;
  raise exception 'award_gap is append-only' using errcode = 'insufficient_privilege';
end $$;
drop trigger award_gap_append_only on award_gap;
create trigger award_gap_append_only before update or truncate on award_gap
  for each statement execute function refuse_rewriting();
create trigger award_gap_kept before delete on award_gap for each row execute function refuse_rewriting_gaps();
