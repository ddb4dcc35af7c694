-- Old events are let go by their ids, and each of them is looked for among the differences.
create index stripe_difference_event on stripe_difference (event_id);
