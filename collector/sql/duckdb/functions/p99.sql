-- The exact 99th percentile, interpolated; NULL when there are no values.
create or replace macro p99 (x) as quantile_cont(cast(x as double), 0.99);
