-- The UTC timestamp (to the microsecond) of a time in nanoseconds since 1970.
create or replace macro time_of_nanos (nano) as make_timestamp(cast(nano // 1000 as bigint));
