-- What Stripe knows of members and providers, by its ids. Of cards and bank accounts there is nothing here but what people
-- tell theirs by: kind, brand (or country) and last four digits.
create table stripe_customer (
  member_id uuid primary key references organisation (id),
  stripe_id text not null unique,
  created_at timestamptz not null default app_now()
);

-- A member's attempt to set up a method that can be charged later. Its secret is asked of Stripe whenever it is needed.
create table method_setup (
  id uuid primary key,
  member_id uuid not null references organisation (id),
  stripe_id text not null unique,
  state text not null check (state in ('open', 'succeeded', 'canceled')),
  created_at timestamptz not null default app_now()
);
create unique index method_setup_open on method_setup (member_id) where state = 'open';

create table payment_method (
  id uuid primary key,
  member_id uuid not null references organisation (id),
  stripe_id text not null unique,
  setup_id uuid not null references method_setup (id),
  kind text not null check (kind in ('card', 'sepa_debit')),
  brand text check (length(brand) between 1 and 40),
  last_four text check (last_four ~ '^[0-9A-Z]{4}$'),
  -- in use; another one took its place; Stripe says that it cannot be charged any more
  state text not null check (state in ('active', 'replaced', 'ended')),
  confirmed_at timestamptz not null default app_now(),
  ended_at timestamptz check ((ended_at is null) = (state = 'active'))
);
create unique index payment_method_active on payment_method (member_id) where state = 'active';
create index payment_method_of_member on payment_method (member_id, confirmed_at desc, id desc);

-- For sets of rows: the method by which each member is charged.
create view member_payment_method as
  select m.member_id, c.stripe_id as customer, m.stripe_id as payment_method, m.kind, m.confirmed_at
  from payment_method m join stripe_customer c using (member_id) where m.state = 'active';

create table payout_account (
  provider_id uuid primary key references organisation (id),
  stripe_id text not null unique,
  country text not null check (country ~ '^[A-Z]{2}$'),
  details_submitted boolean not null default false,
  transfers_active boolean not null default false,
  payouts_enabled boolean not null default false,
  disabled_reason text check (length(disabled_reason) <= 200),
  created_at timestamptz not null default app_now(),
  updated_at timestamptz not null default app_now()
);

-- For sets of rows: where each provider can be paid through Stripe.
create view provider_payout_account as
  select provider_id, stripe_id as account from payout_account where transfers_active;

-- The inbox: what Stripe told, once each, without its content. Whatever is applied is read again from Stripe.
create table stripe_event (
  id text primary key check (id ~ '^evt_[0-9A-Za-z_]{1,200}$'),
  type text not null check (length(type) between 1 and 200),
  object_kind text not null check (length(object_kind) between 1 and 80),
  object_id text check (length(object_id) between 1 and 255),
  -- the provider's account that it happened at; none for our own
  account text,
  source text not null check (source in ('webhook', 'reconciliation')),
  created_at timestamptz not null,
  received_at timestamptz not null default clock_timestamp(),
  -- waiting to be applied; applied; of a kind that nobody applies; given up after many tries
  state text not null check (state in ('waiting', 'handled', 'unknown', 'failed')),
  attempts integer not null default 0,
  last_error text check (length(last_error) <= 500),
  handled_at timestamptz check ((handled_at is null) = (state in ('waiting', 'failed'))),
  -- by which reconciliation Stripe's own list had it last
  listed_by uuid
);
create index stripe_event_latest on stripe_event (received_at desc, id desc);
create index stripe_event_by_state on stripe_event (state, received_at desc, id desc);
create index stripe_event_waiting on stripe_event (object_id) where state = 'waiting';
create index stripe_event_created on stripe_event (created_at);

-- What was refused at the inbox: when, why and from where, and nothing of what it said.
create table stripe_refusal (
  id bigint generated always as identity primary key,
  reason text not null check (length(reason) between 1 and 80),
  address text not null,
  at timestamptz not null default clock_timestamp()
);
create index stripe_refusal_at on stripe_refusal (at);

-- Each night Stripe's list of events is held against the inbox, page by page; `cursor` is where it has come to.
create table stripe_reconciliation (
  id uuid primary key,
  state text not null check (state in ('planned', 'listing', 'done')),
  due_at timestamptz,
  since timestamptz,
  began_at timestamptz,
  ended_at timestamptz,
  cursor text,
  listed integer not null default 0,
  missed integer not null default 0,
  -- what there was at Stripe: [{currency, availableMinor, pendingMinor}]
  balance jsonb,
  check ((state = 'planned') = (due_at is not null))
);
create unique index stripe_reconciliation_next on stripe_reconciliation ((true)) where state in ('planned', 'listing');
create index stripe_reconciliation_ended on stripe_reconciliation (ended_at desc, id desc);
insert into stripe_reconciliation (id, state, due_at)
  values (gen_random_uuid(), 'planned', date_trunc('day', app_now()) + interval '18 hours');

-- Where the two differ: missed (Stripe has it, nobody told us), unlisted (we were told it, Stripe does not have it),
-- waiting (we were told it long ago and have not applied it).
create table stripe_difference (
  reconciliation_id uuid not null references stripe_reconciliation (id),
  event_id text not null references stripe_event (id),
  kind text not null check (kind in ('missed', 'unlisted', 'waiting')),
  primary key (reconciliation_id, event_id, kind)
);
