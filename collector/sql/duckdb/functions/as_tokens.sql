-- A metric's number as whole tokens; NULL when it is negative or more than 2^53, where doubles are no longer exact.
create or replace macro as_tokens (x) as case when x >= 0
and x <= 9007199254740991 then cast(round(x) as bigint) end;
