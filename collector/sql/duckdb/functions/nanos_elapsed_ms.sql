-- Milliseconds between two times in nanoseconds since 1970; NULL when the end is before the start.
create or replace macro nanos_elapsed_ms (start_nano, end_nano) as case when end_nano >= start_nano then cast(cast(end_nano as hugeint) - cast(start_nano as hugeint) as double) / 1000000 end;
