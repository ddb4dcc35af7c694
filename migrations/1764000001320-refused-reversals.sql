-- A reversal that Stripe refuses is tried again with longer and longer pauses, and in the end an officer decides. Why it was
-- refused last is kept with it.
alter table payout_reversal add column sequence bigint generated always as identity unique;
alter table payout_reversal add column failure text check (length(failure) between 1 and 80);
alter table payout_reversal drop constraint payout_reversal_state_check;
alter table payout_reversal add constraint payout_reversal_state_check check (state in ('owed', 'refused', 'done'));
alter table payout_reversal add check (due_at is null or state = 'owed');
-- Those that somebody has to look at are few among all that were done.
create index payout_reversal_left on payout_reversal (state, sequence) where state <> 'done';
