-- Numbers have eight digits at least, and were cut to eight beyond 99,999,999: two would have been the same.
create function numbered(prefix text, count bigint, digits integer) returns text language sql immutable strict as $$
  select prefix || lpad(count::text, greatest(digits, length(count::text)), '0')
$$;
alter table deposit alter column number set default numbered('DEP-', nextval('deposit_number'), 8);
alter table payout alter column number set default numbered('PO-', nextval('payout_number'), 8);
