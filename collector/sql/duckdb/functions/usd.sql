-- An exact sum of money; 0 instead of NULL.
create or replace macro usd (x) as coalesce(x, cast(0 as decimal(38, 12)));
