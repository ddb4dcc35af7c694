-- Lines that joined a winner's running agreement later, each time so many of a class: they fill its capacities beside those
-- that settled. What was cancelled of them is not taken off: a provider is rather asked for fewer lines than it can serve.
create table award_joined (
  id bigint generated always as identity primary key,
  award_id uuid not null references award (id),
  bid_id uuid not null references sealed_bid (id),
  lot_code text not null,
  tier_code text not null,
  lines integer not null check (lines > 0)
);
create index award_joined_award on award_joined (award_id, bid_id);

insert into award_joined (award_id, bid_id, lot_code, tier_code, lines)
select a.award_id, a.bid_id, s.lot_code, s.tier_code, sum(s.quantity)
from subscription s join framework_agreement a on a.id = s.agreement_id
where s.joined_band is not null and s.state <> 'cancelled'
group by a.award_id, a.bid_id, s.lot_code, s.tier_code order by 1, 2, 3, 4;

create trigger award_joined_append_only before update or delete or truncate on award_joined
  for each statement execute function refuse_rewriting();
