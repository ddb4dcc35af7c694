-- A dispute that was won may take its money again, and give it back again: how often it was booked as taken.
alter table dispute add column taken integer not null default 0 check (taken >= 0);
update dispute d set taken = 1
  where exists (select from ledger_entry e where e.kind = 'dispute' and e.reference = d.id);
