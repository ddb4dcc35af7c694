-- The statement that locks a pool writes its cells as well: what it has to find open is the pool as it was when the statement
-- began, which is what a stable function sees.
alter function check_demand_cells() stable;
