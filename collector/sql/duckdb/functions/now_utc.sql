-- The time now, as a UTC timestamp without a zone.
create or replace macro now_utc () as make_timestamp(epoch_us(now()));
