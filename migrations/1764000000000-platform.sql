-- The clock. Business time is the database's time plus an offset that only the development clock ever moves, so that
-- every process of a system sees the same instant, and a demonstration can let weeks pass in seconds.
create table clock_offset (
  only_row boolean primary key default true check (only_row),
  ahead interval not null default '0'
);
insert into clock_offset default values;

create function app_now() returns timestamptz language sql volatile as
$$ select date_trunc('milliseconds', clock_timestamp() + ahead) from clock_offset $$;

-- Which system this is: several may share one Redis, and their wake-ups must not cross.
create table installation (
  only_row boolean primary key default true check (only_row),
  id uuid not null default gen_random_uuid()
);
insert into installation default values;

-- Commands answered once. The row is written in the transaction of the deed it belongs to.
create table idempotency (
  scope text not null,
  key text not null check (length(key) between 1 and 200),
  deed text not null,
  input_hash text not null,
  response jsonb,
  created_at timestamptz not null default clock_timestamp(),
  primary key (scope, key)
);
create index idempotency_created_at on idempotency (created_at);

-- Facts on their way to those who listen. The row, not the queue, is the truth.
create table outbox_event (
  id bigint generated always as identity primary key,
  name text not null,
  payload jsonb not null,
  announced_at timestamptz not null default clock_timestamp()
);
create table outbox_delivery (
  event_id bigint not null references outbox_event (id),
  handler text not null,
  enqueued_at timestamptz,
  leased_until timestamptz,
  attempts integer not null default 0,
  next_try_at timestamptz not null default clock_timestamp(),
  last_error text,
  handled_at timestamptz,
  primary key (event_id, handler)
);
create index outbox_delivery_open on outbox_delivery (next_try_at) where handled_at is null;
create index outbox_delivery_unsent on outbox_delivery (event_id) where handled_at is null and enqueued_at is null;

create function announce(event_name text, event_payload jsonb, handlers text[]) returns bigint language plpgsql as $$
declare event_number bigint;
begin
  insert into outbox_event (name, payload) values (event_name, event_payload) returning id into event_number;
  insert into outbox_delivery (event_id, handler) select event_number, unnest(handlers);
  return event_number;
end $$;

-- Who did what, when and why: one hash chain per subject, which nobody can rewrite.
create table audit_entry (
  subject_type text not null,
  subject_id text not null,
  sequence integer not null check (sequence > 0),
  at timestamptz not null,
  deed text not null,
  person_id uuid,
  person_name text not null,
  organisation_id uuid,
  address text,
  request_id text,
  facts jsonb not null,
  why text,
  previous_hash text not null,
  hash text not null,
  primary key (subject_type, subject_id, sequence)
);
create index audit_entry_at on audit_entry (at);

create function audit_hash(e audit_entry) returns text language sql immutable as $$
  select encode(sha256(convert_to(jsonb_build_array(
    e.previous_hash, e.subject_type, e.subject_id, e.sequence, extract(epoch from e.at), e.deed, e.person_id,
    e.person_name, e.organisation_id, e.address, e.request_id, e.facts, e.why)::text, 'UTF8')), 'hex')
$$;

create function audit_append(
  of_type text, of_id text, done text, by_person uuid, by_name text, for_organisation uuid, from_address text,
  in_request text, with_facts jsonb, because text
) returns void language plpgsql as $$
declare entry audit_entry;
begin
  select sequence + 1, hash into entry.sequence, entry.previous_hash from audit_entry
    where subject_type = of_type and subject_id = of_id order by sequence desc limit 1;
  entry.sequence := coalesce(entry.sequence, 1);
  entry.previous_hash := coalesce(entry.previous_hash, '');
  entry.subject_type := of_type;
  entry.subject_id := of_id;
  entry.at := app_now();
  entry.deed := done;
  entry.person_id := by_person;
  entry.person_name := by_name;
  entry.organisation_id := for_organisation;
  entry.address := from_address;
  entry.request_id := in_request;
  entry.facts := with_facts;
  entry.why := because;
  entry.hash := audit_hash(entry);
  insert into audit_entry select entry.*;
end $$;

create function refuse_rewriting() returns trigger language plpgsql as
$$ begin raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$;
create trigger audit_entry_append_only before update or delete or truncate on audit_entry
  for each statement execute function refuse_rewriting();
revoke update, delete, truncate on audit_entry from public, current_user;

-- Letters to people, written in the transaction of the deed that they tell of, and sent afterwards. Without a mail
-- server they stay here, to be read.
create table mail_message (
  id bigint generated always as identity primary key,
  recipient text not null check (length(recipient) between 3 and 254),
  subject text not null check (length(subject) between 1 and 200),
  body text not null check (length(body) between 1 and 20000),
  -- such as "invoice 0b5c..": what the letter tells of
  about text not null check (length(about) between 1 and 200),
  written_at timestamptz not null default app_now(),
  attempts integer not null default 0,
  next_try_at timestamptz default clock_timestamp(),
  last_error text,
  sent_at timestamptz,
  check (sent_at is null or next_try_at is null)
);
create index mail_message_due on mail_message (next_try_at) where next_try_at is not null;
create index mail_message_recipient on mail_message (recipient, id);
