-- A framework agreement binds the agency and one winner of an award. What it says is in its editions, which are never
-- changed: a returned agreement is issued again as another edition, and signatures belong to one edition.
create sequence agreement_sequence as integer;

create table framework_agreement (
  id uuid primary key,
  sequence integer not null unique,
  number text not null unique,
  award_id uuid not null references award (id),
  tender_id uuid not null references tender (id),
  pool_id uuid not null references pool (id),
  agency_id uuid not null references organisation (id),
  provider_id uuid not null references organisation (id),
  bid_id uuid not null references sealed_bid (id),
  state text not null check (state in
    ('issued', 'signed-by-agency', 'signed-by-provider', 'signed', 'returned', 'fallen')),
  version integer not null,
  edition integer not null check (edition > 0),
  content_hash text not null,
  pdf_hash text not null,
  issued_at timestamptz not null,
  why_returned text,
  signed_at timestamptz,
  why_fallen text,
  unique (award_id, bid_id),
  -- What falls keeps the signatures, or the reason of its return, with which it fell.
  check (case state when 'signed' then signed_at is not null when 'fallen' then true else signed_at is null end),
  check (case state when 'returned' then why_returned is not null when 'fallen' then true else why_returned is null end),
  check ((state = 'fallen') = (why_fallen is not null))
);
create index framework_agreement_provider on framework_agreement (provider_id, sequence);
create index framework_agreement_tender on framework_agreement (tender_id, sequence);

create table agreement_edition (
  agreement_id uuid not null references framework_agreement (id),
  edition integer not null check (edition > 0),
  content jsonb not null,
  content_hash text not null,
  pdf bytea not null,
  pdf_hash text not null,
  issued_at timestamptz not null,
  primary key (agreement_id, edition)
);
create trigger agreement_edition_append_only before update or delete or truncate on agreement_edition
  for each statement execute function refuse_rewriting();

create table agreement_signature (
  agreement_id uuid not null,
  edition integer not null,
  party text not null check (party in ('agency', 'provider')),
  person_id uuid not null references person (id),
  name text not null,
  signed_at timestamptz not null,
  address text,
  content_hash text not null,
  pdf_hash text not null,
  primary key (agreement_id, edition, party),
  -- One person cannot bind both parties to each other.
  unique (agreement_id, edition, person_id),
  foreign key (agreement_id, edition) references agreement_edition (agreement_id, edition)
);
create trigger agreement_signature_append_only before update or delete or truncate on agreement_signature
  for each statement execute function refuse_rewriting();
