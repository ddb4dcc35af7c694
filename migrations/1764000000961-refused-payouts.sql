-- Stripe may refuse a transfer: the payout says so, and why, until an officer has it tried again or takes it back.
alter table payout drop constraint payout_state_check;
alter table payout add constraint payout_state_check
  check (state in ('proposed', 'transferring', 'refused', 'paid', 'released', 'withdrawn'));
alter table payout add column failure text check (length(failure) between 1 and 80);
-- How often it was refused: part of the key under which it is asked for again.
alter table payout add column refusals integer not null default 0;
alter table payout_reversal add column refusals integer not null default 0;
