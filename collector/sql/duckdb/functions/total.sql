-- The sum of whole numbers as BIGINT; 0 when there are none.
create or replace macro total (x) as cast(coalesce(sum(x), 0) as bigint);
