-- Collections that came to their end otherwise than through Stripe: what Stripe would still collect of them is to be taken
-- back there. One row of each, so that it is done once.
create table invoice_void (
  -- of the collection
  id uuid primary key references collection (id),
  -- owed: Stripe is to be asked, again and again while a payment is under way there
  state text not null check (state in ('owed', 'done')),
  due_at timestamptz,
  ordered_at timestamptz not null,
  done_at timestamptz,
  check ((state = 'owed') = (due_at is not null)),
  check ((state = 'done') = (done_at is not null))
);
create index invoice_void_due on invoice_void (due_at) where due_at is not null;
