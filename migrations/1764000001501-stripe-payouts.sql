-- What Stripe pays out to the bank is booked once, by the payout's id, and reversed when it does not arrive.
alter table ledger_entry drop constraint ledger_entry_kind_check;
alter table ledger_entry add constraint ledger_entry_kind_check check (kind in
  ('invoice', 'credit-note', 'activation', 'deposit', 'deposit-credit', 'deposit-refund', 'payment', 'refund',
   'dispute', 'payout', 'payout-reversal', 'reserve', 'reserve-release', 'stripe-costs', 'stripe-payout', 'write-off',
   'service-credit', 'reversal'));
