-- After Stripe's list has been gone through, the transfers in it are looked up there, page by page, before what they show is
-- written down: in a night with many, no transaction stays open meanwhile. `cursor` is then the transfer it has come to.
alter table stripe_reconciliation drop constraint stripe_reconciliation_state_check;
alter table stripe_reconciliation add constraint stripe_reconciliation_state_check
  check (state in ('planned', 'listing', 'comparing', 'done'));
drop index stripe_reconciliation_next;
create unique index stripe_reconciliation_next on stripe_reconciliation ((true))
  where state in ('planned', 'listing', 'comparing');
-- What a night has listed of transfers is read in their order.
create index stripe_event_listed on stripe_event (listed_by, object_id) where object_kind = 'transfer';
