-- What Stripe keeps of each payment and dispute is booked once, by the id of the movement at Stripe that tells it.
alter table ledger_entry drop constraint ledger_entry_kind_check;
alter table ledger_entry add constraint ledger_entry_kind_check check (kind in
  ('invoice', 'credit-note', 'activation', 'deposit', 'deposit-credit', 'deposit-refund', 'payment', 'refund',
   'dispute', 'payout', 'payout-reversal', 'reserve', 'reserve-release', 'stripe-costs', 'reversal'));

-- After the transfers, a night goes through what Stripe has moved, page by page; `cursor` is then the movement it has come to.
alter table stripe_reconciliation drop constraint stripe_reconciliation_state_check;
alter table stripe_reconciliation add constraint stripe_reconciliation_state_check
  check (state in ('planned', 'listing', 'comparing', 'costing', 'done'));
drop index stripe_reconciliation_next;
create unique index stripe_reconciliation_next on stripe_reconciliation ((true))
  where state in ('planned', 'listing', 'comparing', 'costing');
