-- Collecting what members owe, and paying providers. Amounts are in minor units; whatever moves money is also an entry
-- of the ledger, which decides when the two disagree. No account number, no card, no secret is ever kept here.

-- How one issued invoice is collected. It has the invoice's id.
create table collection (
  id uuid primary key,
  sequence bigint generated always as identity unique,
  number text not null,
  issuer_id uuid not null references organisation (id),
  member_id uuid not null references organisation (id),
  currency char(3) not null,
  month char(7) not null check (month ~ '^\d{4}-\d{2}$'),
  due_on date not null,
  total_minor bigint not null check (total_minor >= 0),
  -- taken back by credit notes
  credited_minor bigint not null default 0 check (credited_minor between 0 and total_minor),
  -- received for it, from whatever purse
  paid_minor bigint not null default 0 check (paid_minor >= 0),
  -- given back, or taken back by the payer's bank, which may take what was given back already
  returned_minor bigint not null default 0 check (returned_minor >= 0),
  -- below zero it is owed to the member: what the ledger says of this invoice in the member's receivable
  open_minor bigint generated always as (total_minor - credited_minor - paid_minor + returned_minor) stored,
  way text not null check (way in ('stripe', 'bank')),
  state text not null check (state in ('due', 'collecting', 'processing', 'failed', 'overdue', 'suspension-proposed',
    'paid', 'disputed', 'refunded', 'credited', 'written-off')),
  due_at timestamptz,
  attempts integer not null default 0,
  -- when the first attempt failed: retries are counted from it
  failed_at timestamptz,
  failure text,
  reminders integer not null default 0,
  decision text check (decision in ('suspend', 'refrain')),
  decided_at timestamptz,
  settled_at timestamptz,
  -- the invoice at Stripe, made for the amount that was open then
  stripe_invoice text unique,
  unique (issuer_id, number),
  check (state not in ('paid', 'refunded', 'credited') or open_minor <= 0),
  check (state not in ('paid', 'refunded', 'credited', 'written-off', 'processing', 'disputed') or due_at is null)
);
create index collection_due on collection (due_at) where due_at is not null;
create index collection_member on collection (member_id, sequence);
create index collection_issuer on collection (issuer_id, sequence);
create index collection_state on collection (issuer_id, state, sequence);

-- Each try to charge a payment method.
create table collection_attempt (
  collection_id uuid not null references collection (id),
  number integer not null check (number > 0),
  at timestamptz not null,
  minor bigint not null check (minor > 0),
  stripe_invoice text not null,
  outcome text not null check (outcome in ('processing', 'succeeded', 'failed')),
  failure text,
  primary key (collection_id, number)
);

-- A security that a member leaves when it accepts an offer. It stays the member's money until it is credited to an invoice.
create sequence deposit_number as integer;
create table deposit (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  number text not null unique default 'DEP-' || lpad(nextval('deposit_number')::text, 8, '0'),
  offer_id uuid not null,
  agreement_id uuid not null,
  agency_id uuid not null references organisation (id),
  member_id uuid not null references organisation (id),
  currency char(3) not null,
  minor bigint not null check (minor > 0),
  credited_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  way text not null check (way in ('stripe', 'bank')),
  state text not null check (state in ('asked', 'charging', 'processing', 'held', 'credited', 'refunding', 'refunded',
    'withdrawn')),
  due_at timestamptz,
  asked_at timestamptz not null,
  held_at timestamptz,
  -- its offer became a subscription: it waits for the first invoice
  settled_at timestamptz,
  -- why nobody needs it any more; what is held then goes back
  why_ended text,
  stripe_payment_intent text unique,
  failure text,
  -- the payer's bank may take back what was given back already: then the member owes it
  check (refunded_minor >= 0 and credited_minor between 0 and minor),
  check ((state in ('asked', 'charging', 'processing', 'withdrawn')) = (held_at is null)),
  check (state not in ('credited', 'refunded') or credited_minor + refunded_minor >= minor),
  check (due_at is null or state = 'charging')
);
-- One of each offer that somebody needs: money may still come for one that was given up, and goes back then.
create unique index deposit_offer on deposit (offer_id)
  where why_ended is null and state not in ('withdrawn', 'refunding', 'refunded');
create index deposit_agreement on deposit (agreement_id);
create index deposit_member on deposit (member_id, sequence);
create index deposit_agency on deposit (agency_id, sequence);
create index deposit_due on deposit (due_at) where due_at is not null;
create index deposit_creditable on deposit (member_id) where state = 'held' and settled_at is not null;

-- What came in at the bank of an agency, as the bank's statement says, without whose account it came from.
create table bank_receipt (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  agency_id uuid not null references organisation (id),
  -- of the booking at the bank: the same one is recorded once
  reference text not null check (length(reference) between 1 and 100),
  booked_on date not null,
  currency char(3) not null,
  minor bigint not null check (minor > 0),
  text text not null check (length(text) <= 500),
  assigned_minor bigint not null default 0 check (assigned_minor >= 0),
  -- sent back to the payer, since it was nobody's
  returned_minor bigint not null default 0 check (returned_minor >= 0),
  rest_minor bigint generated always as (minor - assigned_minor - returned_minor) stored check (rest_minor >= 0),
  recorded_at timestamptz not null,
  recorded_by uuid,
  unique (agency_id, reference)
);
create index bank_receipt_agency on bank_receipt (agency_id, sequence);
create index bank_receipt_rest on bank_receipt (agency_id, sequence) where rest_minor > 0;

-- Money that came in for an invoice or a deposit; or out of a deposit, for an invoice.
create table payment (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  issuer_id uuid not null references organisation (id),
  member_id uuid not null references organisation (id),
  currency char(3) not null,
  collection_id uuid references collection (id),
  deposit_id uuid references deposit (id),
  receipt_id uuid references bank_receipt (id),
  way text not null check (way in ('stripe', 'bank', 'deposit')),
  -- the payment intent, the bank's booking, the deposit's number
  reference text not null,
  minor bigint not null check (minor > 0),
  -- what refunds and disputes took of it, those under way included: together it may be more than it was
  returned_minor bigint not null default 0 check (returned_minor >= 0),
  received_at timestamptz not null,
  check (case way when 'deposit' then collection_id is not null and deposit_id is not null
              else num_nonnulls(collection_id, deposit_id) = 1 end),
  check ((way = 'bank') = (receipt_id is not null))
);
-- Whoever tells of a success at Stripe, the answer or the webhook, and however often, it is paid once.
create unique index payment_at_stripe on payment (reference) where way = 'stripe';
create unique index payment_from_deposit on payment (deposit_id) where way = 'deposit';
create index payment_collection on payment (collection_id) where collection_id is not null;
create index payment_deposit on payment (deposit_id) where deposit_id is not null;
create index payment_member on payment (member_id, sequence);
create index payment_issuer on payment (issuer_id, sequence);
create trigger payment_stays before delete or truncate or update of id, issuer_id, member_id, currency, collection_id,
    deposit_id, receipt_id, way, reference, minor, received_at on payment
  for each statement execute function refuse_rewriting();

-- Money owed back to a member, the way it came.
create table refund (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  payment_id uuid not null references payment (id),
  collection_id uuid references collection (id),
  deposit_id uuid references deposit (id),
  issuer_id uuid not null references organisation (id),
  member_id uuid not null references organisation (id),
  currency char(3) not null,
  minor bigint not null check (minor > 0),
  way text not null check (way in ('stripe', 'bank')),
  -- What it is for, such as a deposit that nobody needs any more: the same reason gives back once.
  cause text not null,
  why text not null,
  -- withdrawn: the payer's bank has taken the money meanwhile, so that it is not owed any more
  state text not null check (state in ('owed', 'asked', 'done', 'withdrawn')),
  due_at timestamptz,
  stripe_refund text unique,
  failure text,
  created_at timestamptz not null,
  done_at timestamptz,
  bank_reference text,
  confirmed_by uuid,
  check (num_nonnulls(collection_id, deposit_id) = 1),
  check ((state = 'done') = (done_at is not null)),
  check (due_at is null or state = 'owed')
);
create unique index refund_cause on refund (payment_id, cause) where state <> 'withdrawn';
create unique index refund_of_deposit on refund (deposit_id) where cause = 'deposit' and state <> 'withdrawn';
create index refund_collection on refund (collection_id) where collection_id is not null;
create index refund_issuer on refund (issuer_id, sequence);
create index refund_due on refund (due_at) where due_at is not null;

-- A payer's bank contests a payment. While it is open, or lost, the money is gone.
create table dispute (
  id text primary key,
  payment_id uuid not null references payment (id),
  -- what it was booked to, and is booked back to: a deposit may be credited to an invoice meanwhile
  collection_id uuid references collection (id),
  deposit_id uuid references deposit (id),
  minor bigint not null check (minor > 0),
  state text not null check (state in ('open', 'won', 'lost')),
  opened_at timestamptz not null,
  closed_at timestamptz,
  check (num_nonnulls(collection_id, deposit_id) = 1)
);
create index dispute_payment on dispute (payment_id);
create index dispute_collection on dispute (collection_id) where state = 'open';

-- What a provider is paid at a time, for all that its members have paid.
create sequence payout_number as integer;
create table payout (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  number text not null unique default 'PO-' || lpad(nextval('payout_number')::text, 8, '0'),
  agency_id uuid not null references organisation (id),
  provider_id uuid not null references organisation (id),
  currency char(3) not null,
  way text not null check (way in ('stripe', 'bank')),
  state text not null check (state in ('proposed', 'transferring', 'paid', 'released', 'withdrawn')),
  due_at timestamptz,
  -- the sum of its lines
  claims_minor bigint not null check (claims_minor > 0),
  reserve_minor bigint not null check (reserve_minor between 0 and claims_minor),
  reserve_days integer not null check (reserve_days >= 0),
  paid_minor bigint generated always as (claims_minor - reserve_minor) stored,
  -- of the payout, by transfer reversals
  reversed_minor bigint not null default 0 check (reversed_minor between 0 and claims_minor),
  proposed_at timestamptz not null,
  paid_at timestamptz,
  released_at timestamptz,
  -- the transfer at Stripe, or the bank's booking
  reference text,
  check ((state in ('paid', 'released')) = (paid_at is not null)),
  check ((state = 'released') = (released_at is not null))
);
create index payout_provider on payout (provider_id, sequence);
create index payout_agency on payout (agency_id, sequence);
create index payout_due on payout (due_at) where due_at is not null;
create unique index payout_transfer on payout (reference) where way = 'stripe';

-- What a payout pays, and what it takes back of earlier ones. A line of a reversal lowers what its payout paid.
create table payout_line (
  payout_id uuid not null references payout (id),
  provider_id uuid not null,
  kind text not null check (kind in ('invoice', 'credit-note', 'activation', 'reserve')),
  -- the invoice, the credit note, the agreement, or the payout that kept the reserve
  reference text not null,
  reversal_id uuid,
  minor bigint not null check (minor <> 0),
  unique nulls not distinct (payout_id, kind, reference, reversal_id)
);
create index payout_line_reference on payout_line (reference, kind, provider_id);
create trigger payout_line_append_only before update or delete or truncate on payout_line
  for each statement execute function refuse_rewriting();

-- Part of a transfer that is taken back at Stripe, because its invoice is not paid any more.
create table payout_reversal (
  id uuid primary key default gen_random_uuid(),
  payout_id uuid not null references payout (id),
  invoice_id uuid not null,
  cause text not null,
  minor bigint not null check (minor > 0),
  state text not null check (state in ('owed', 'done')),
  due_at timestamptz,
  stripe_reversal text unique,
  created_at timestamptz not null,
  done_at timestamptz,
  unique (payout_id, invoice_id, cause)
);
create index payout_reversal_due on payout_reversal (due_at) where due_at is not null;

-- What providers have a claim to be paid now: their shares of invoices that are paid, less those of credit notes, what
-- the activation of their bids earned, and reserves that were released. A claim that ceases is taken back.
create view payout_claim as
  select s.provider_id, c.issuer_id as agency_id, c.currency, 'invoice' as kind, c.id::text as reference,
    s.payable_minor as minor
  from collection c join invoice_share s on s.invoice_id = c.id
  where c.open_minor <= 0 and c.state <> 'disputed'
  union all
  select s.provider_id, c.issuer_id, c.currency, 'credit-note', n.invoice_id::text, -abs(s.payable_minor)
  from issued_invoice n join invoice_share s on s.invoice_id = n.invoice_id
    join collection c on c.id = n.credits_invoice_id
  where n.kind = 'credit-note' and c.open_minor <= 0 and c.state <> 'disputed'
  union all
  select p.organisation_id, a.organisation_id, p.currency, 'activation', p.reference, -p.minor
  from ledger_line p join ledger_line a on a.entry_id = p.entry_id and a.purpose = 'activation'
  where p.kind = 'activation' and p.purpose = 'payable'
    and not exists (select from ledger_entry r where r.reverses = p.entry_id)
  union all
  select provider_id, agency_id, currency, 'reserve', id::text, reserve_minor
  from payout where state = 'released' and reserve_minor > 0;

-- What payouts have paid of each claim, less what was taken back of it.
create view payout_done as
  select l.provider_id, p.agency_id, p.currency, l.kind, l.reference, sum(l.minor)::bigint as minor
  from payout_line l join payout p on p.id = l.payout_id where p.state <> 'withdrawn'
  group by l.provider_id, p.agency_id, p.currency, l.kind, l.reference;
