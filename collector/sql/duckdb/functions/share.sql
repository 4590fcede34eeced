-- A part of a whole; NULL when the whole is 0 or unknown, never NaN or infinity.
create or replace macro share (part, whole) as case when whole > 0 then cast(part as double) / cast(whole as double) end;
