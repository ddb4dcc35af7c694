-- The cells of a pool's demand and of a settlement are written by one statement each, and what they refer to is the same for
-- all of them and never deleted: it is looked up once per statement instead of by foreign keys, row by row.
alter table demand_cell drop constraint demand_cell_pool_id_fkey;
create function check_demand_cells() returns trigger language plpgsql as $$
begin
  if exists (select from (select distinct pool_id from touched) t left join pool p on p.id = t.pool_id
             where p.id is null or p.state <> 'open') then
    raise exception 'demand is frozen while its pool is open' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
drop trigger demand_cell_added on demand_cell;
create trigger demand_cell_added after insert on demand_cell referencing new table as touched
  for each statement execute function check_demand_cells();

alter table award_settled drop constraint award_settled_award_id_fkey, drop constraint award_settled_bid_id_fkey;
create function check_award_settled() returns trigger language plpgsql as $$
begin
  if exists (select from (select distinct award_id, bid_id from touched) t
               left join award a on a.id = t.award_id left join sealed_bid b on b.id = t.bid_id
             where a.id is null or a.state <> 'final' or b.id is null) then
    raise exception 'lines settle of a bid under a final award' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger award_settled_added after insert on award_settled referencing new table as touched
  for each statement execute function check_award_settled();
