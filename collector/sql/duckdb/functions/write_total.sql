-- All tokens that a call wrote to the cache, of whatever lifetime; NULL when none of the three buckets was reported.
create or replace macro write_total (cache_write_5m, cache_write_1h, cache_write_unknown) as case when coalesce(cache_write_5m, cache_write_1h, cache_write_unknown) is not null then coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(cache_write_unknown, 0) end;
