create table organisation (
  id uuid primary key,
  kind text not null check (kind in ('member', 'association', 'provider', 'agency')),
  name text not null check (length(name) between 1 and 200),
  registration_number text check (length(registration_number) between 1 and 60),
  created_at timestamptz not null default app_now(),
  unique (kind, registration_number)
);
create index organisation_by_name on organisation (name, id);
create index organisation_by_kind on organisation (kind, name, id);

create table person (
  id uuid primary key,
  email text not null unique check (email = lower(email) and length(email) <= 254),
  name text not null check (length(name) between 1 and 200),
  password_hash text not null,
  created_at timestamptz not null default app_now()
);

create table membership (
  person_id uuid not null references person (id),
  organisation_id uuid not null references organisation (id),
  role text not null check (role in ('owner', 'manager', 'bidder', 'officer', 'approver', 'auditor', 'admin')),
  since timestamptz not null default clock_timestamp(),
  primary key (person_id, organisation_id, role)
);
create index membership_organisation on membership (organisation_id);

-- Only the hash of a session's token is kept: who reads the table cannot use the sessions. Real time, not business
-- time: nobody is signed out because a demonstration lets a month pass.
create table session (
  token_hash text primary key,
  person_id uuid not null references person (id),
  organisation_id uuid not null references organisation (id),
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
create index session_expires_at on session (expires_at);

-- The first person of an organisation that has none, until it accepts: at most one is invited at a time. The token is
-- kept as that of a session is, and in real time too.
create table invitation (
  organisation_id uuid primary key references organisation (id),
  token_hash text not null unique,
  email text not null check (email = lower(email) and length(email) <= 254),
  name text not null check (length(name) between 1 and 200),
  expires_at timestamptz not null
);
create index invitation_expires_at on invitation (expires_at);

-- Every attempt to sign in or to accept an invitation, until it succeeds. Written before the password is checked, so
-- that attempts made at the same moment count too. Where a token names no address, its hash stands for one.
create table sign_in_failure (
  id bigint generated always as identity primary key,
  email text not null,
  address text not null,
  at timestamptz not null default clock_timestamp()
);
create index sign_in_failure_recent on sign_in_failure (email, at);
create index sign_in_failure_address on sign_in_failure (address, at);
create index sign_in_failure_at on sign_in_failure (at);
