-- A metric's number as money, to 1e-12; NULL when it is negative or more than can be true.
create or replace macro as_money (x) as case when x >= 0
and x < 1000000000000 then cast(x as decimal(38, 12)) end;
