-- Members' own tax rates as they were when a run started: all that it bills is by these.
create table run_tax (
  run_id uuid not null references billing_run (id),
  member_id uuid not null,
  tax_bp integer not null check (tax_bp between 0 and 10000),
  primary key (run_id, member_id)
);
insert into run_tax (run_id, member_id, tax_bp)
select r.id, t.member_id, t.tax_bp from billing_run r join member_tax t on t.agency_id = r.agency_id
where r.state = 'running';
create trigger run_tax_append_only before update or delete or truncate on run_tax
  for each statement execute function refuse_rewriting();
