-- The sum of durations; 0 when there are none.
create or replace macro total_ms (x) as coalesce(sum(cast(x as double)), 0.0::double);
