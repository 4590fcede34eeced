-- The exact median, 95th and 99th percentile as a list, interpolated between neighbours; NULL when there are no values.
create or replace macro percentiles (x) as quantile_cont(cast(x as double), [0.5, 0.95, 0.99]);
