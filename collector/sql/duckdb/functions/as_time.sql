-- A time parameter (ISO 8601 text) as a UTC timestamp; NULL means that it was not given.
create or replace macro as_time (x) as cast(x as timestamp);
