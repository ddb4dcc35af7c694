-- A transfer or a reversal that was made at Stripe itself is a difference, too.
alter table stripe_difference drop constraint stripe_difference_kind_check;
alter table stripe_difference add constraint stripe_difference_kind_check
  check (kind in ('missed', 'unlisted', 'waiting', 'unbooked'));
