-- A sealed bid may be several tariffs of which at most one wins. What they are is in its box; that there are several is
-- known before the opening, because no proxy can lower such a bid.
alter table sealed_bid add column has_alternatives boolean not null default false;

-- Of a bid with alternatives, in their order, the label (null for the main tariff) and the commitment of each tariff, so
-- that the published log can open one without the others.
alter table auction_tariff add column parts jsonb check (jsonb_array_length(parts) > 1);

-- By which alternative a bid won, or would have been the next cheapest; null for its main tariff.
alter table award_lot_reason
  add column alternative text,
  add column runner_up_alternative text,
  add check (runner_up_alternative is null or runner_up_bid_id is not null);
