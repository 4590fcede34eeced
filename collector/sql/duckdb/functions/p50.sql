-- The exact median, interpolated between the two middle values; NULL when there are none.
create or replace macro p50 (x) as quantile_cont(cast(x as double), 0.5);
