-- Where the provider comes to for a line that joined later, as it was told on joining; of pledged lines the site knows it.
-- The contract does not depend on it, so it may be written after the line, as a site's may.
alter table subscription add column address text check (length(address) between 1 and 300),
  add check (address is null or joined_band is not null);
