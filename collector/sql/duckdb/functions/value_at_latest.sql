-- The value in the row with the latest time.
create or replace macro value_at_latest (x, moment) as arg_max(x, moment);
