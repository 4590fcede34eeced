-- The value in the row with the earliest time.
create or replace macro value_at_earliest (x, moment) as arg_min(x, moment);
