-- A text parameter; NULL means that it was not given.
create or replace macro as_text (x) as cast(x as varchar);
