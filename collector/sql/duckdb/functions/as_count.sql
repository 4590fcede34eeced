-- A whole-number parameter.
create or replace macro as_count (x) as cast(x as bigint);
