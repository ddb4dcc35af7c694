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
  -- Made up by the system and seen by whoever ran the command: good only for choosing one's own.
  password_temporary boolean not null default false,
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
create index session_person on session (person_id, organisation_id);

-- Who may join an organisation, and with which roles, until somebody accepts. Email and name say whom it was handed to;
-- whoever holds the token accepts with an account of its own. The token is kept as that of a session is, and in real
-- time too.
create table invitation (
  id uuid primary key,
  organisation_id uuid not null references organisation (id),
  token_hash text not null unique,
  email text not null check (email = lower(email) and length(email) <= 254),
  name text not null check (length(name) between 1 and 200),
  roles text[] not null check (
    cardinality(roles) > 0
    and roles <@ array['owner', 'manager', 'bidder', 'officer', 'approver', 'auditor', 'admin']
  ),
  -- Who made it, and for which organisation it acted: of this one, or of the one that brought or admitted this one.
  invited_by uuid not null references person (id),
  invited_for uuid not null references organisation (id),
  expires_at timestamptz not null,
  unique (organisation_id, email)
);
create index invitation_expires_at on invitation (expires_at);

-- Every attempt to prove who one is, until it succeeds, and every registration. Written before a password is checked or
-- hashed, so that attempts made at the same moment count too. Where a token names no address, its hash stands for one.
create table attempt (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('sign-in', 'registration')),
  email text check (kind = 'registration' or email is not null),
  address text not null,
  at timestamptz not null default clock_timestamp()
);
create index attempt_email on attempt (email, at);
create index attempt_address on attempt (address, at);
create index attempt_at on attempt (at);

-- To whom letters of an organisation go: those who let others in, one of every kind of organisation.
create view organisation_mailbox as
select distinct m.organisation_id, p.email
from membership m join person p on p.id = m.person_id
where m.role in ('owner', 'manager', 'bidder', 'admin');
