-- Milliseconds from one timestamp to a later one; 0 when the clocks disagree and the later one is earlier.
create or replace macro elapsed_ms (from_at, to_at) as greatest(0.0::double, cast(epoch_us(to_at) - epoch_us(from_at) as double) / 1000);
