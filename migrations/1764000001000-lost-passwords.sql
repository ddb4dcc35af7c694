-- What only the recipient of a letter may know is not kept: the mail server is told it instead of {token} in the text,
-- reckoned from this and the sealing key.
alter table mail_message add column token_of text check (length(token_of) between 1 and 200);

-- Who has lost a password and was sent a letter: one at a time for each person. The token is kept as that of a session
-- is, and in real time too.
create table lost_password (
  id uuid primary key,
  person_id uuid not null unique references person (id),
  token_hash text not null unique,
  expires_at timestamptz not null
);
create index lost_password_expires_at on lost_password (expires_at);

alter table attempt drop constraint attempt_kind_check;
alter table attempt add constraint attempt_kind_check check (kind in ('sign-in', 'registration', 'lost-password'));
