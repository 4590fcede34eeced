-- The exact 95th percentile, interpolated; NULL when there are no values.
create or replace macro p95 (x) as quantile_cont(cast(x as double), 0.95);
