-- What was paid and is open again is due until it is time to remind of it, like any other invoice.
update collection set state = 'due' where state = 'overdue' and reminders = 0 and due_at > app_now();
