-- What members were told of direct debits before they are taken: of whom, how much at most, by what, and on which day.
create table debit_notice (
  -- of the collection or the deposit: the last notice of it
  id uuid primary key,
  -- at Stripe: another account is told of anew
  payment_method text not null,
  minor bigint not null check (minor > 0),
  due_on date not null,
  told_at timestamptz not null
);

create or replace view member_payment_method as
  select m.member_id, c.stripe_id as customer, m.stripe_id as payment_method, m.kind, m.confirmed_at, m.brand, m.last_four
  from payment_method m join stripe_customer c using (member_id) where m.state = 'active';
