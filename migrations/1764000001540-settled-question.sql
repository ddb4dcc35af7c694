-- The hash of what an award asked but for lines that joined later: these take away room, and what is awarded within the
-- room they leave stays as it was found. Awards evaluated before knew of no such lines: theirs is problem_hash.
alter table award add column settled_hash text;

-- What bids won under approved awards: their providers hold it, also before its agreement is written.
create view approved_winner as
select a.tender_id, a.id as award_id, (w.value ->> 'bidId')::uuid as bid_id, w.value -> 'cells' as cells
from award a cross join jsonb_array_elements(a.allocation) w
where a.state in ('standstill', 'final')
  and not exists (select from award f where f.fallen_from = a.id and f.fallen_bid::text = w.value ->> 'bidId');
