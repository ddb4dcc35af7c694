-- Who told the address of a line last, where it was told after the line had joined: its member, or the association that joined
-- with it. Null: whoever joined with the line.
alter table subscription add column address_by uuid references organisation (id),
  add check (address_by is null or address is not null);
