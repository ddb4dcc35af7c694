-- What the whole would cost without a lot's winner there, as a thorough search found it after the award was written. The
-- evaluation writes what it knows soon, so that winners are there at once; where it left bounds, these are tighter.
create table award_weighing (
  award_id uuid primary key references award (id),
  asked_at timestamptz not null,
  done_at timestamptz
);

create table award_lot_away (
  award_id uuid not null,
  position integer not null,
  at_least_minor bigint not null,
  at_most_minor bigint,
  proved boolean not null,
  -- the reason of the lot in sentences, with this in it
  words text not null,
  primary key (award_id, position),
  foreign key (award_id, position) references award_lot_reason (award_id, position)
);
create trigger award_lot_away_append_only before update or delete or truncate on award_lot_away
  for each statement execute function refuse_rewriting();
