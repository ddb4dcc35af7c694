-- What a tender may ask of its awards beside the numbers of winners and the share of lines: how many win within some of its
-- lots, what all of them may cost over the term, and how much of that one provider may be paid.
alter table tender
  add column winner_groups jsonb not null default '[]' check (jsonb_typeof(winner_groups) = 'array'),
  add column budget_minor bigint check (budget_minor > 0),
  add column max_cost_share_bp integer check (max_cost_share_bp between 1 and 10000),
  add constraint tender_cost_share check (max_cost_share_bp is null or award_rule <> 'shared');
