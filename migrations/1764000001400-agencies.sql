-- Which agency a pool belongs to, and with it whatever follows from the pool. Null is an association's pool that no
-- agency has put out to tender yet.
alter table pool add column agency_id uuid references organisation (id);

-- Of pools that are there: the agency that an agreement about it names or will name; else the one that drafted it; else
-- the one that recommended an award of it last, or else published its tender.
update pool p set agency_id = coalesce(
  (select a.approved_for from award a join tender t on t.id = a.tender_id
   where t.pool_id = p.id and a.approved_for is not null order by a.approved_at desc limit 1),
  (select o.id from organisation o where o.id = p.sponsor_id and o.kind = 'agency'),
  (select e.organisation_id from award a join tender t on t.id = a.tender_id
   join audit_entry e on e.subject_type = 'award' and e.subject_id = a.id::text and e.deed = 'awards.recommend'
   where t.pool_id = p.id order by e.at desc limit 1),
  (select e.organisation_id from tender t
   join audit_entry e on e.subject_type = 'tender' and e.subject_id = t.id::text and e.deed = 'tenders.publish'
   where t.pool_id = p.id order by e.at desc limit 1));

-- Whose a tender is, and its auction and awards: its pool's agency.
create view tender_agency as
  select t.id as tender_id, p.agency_id from tender t join pool p on p.id = t.pool_id;
