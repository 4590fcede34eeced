-- The different values of a group, sorted and joined by a comma; NULL when there are none.
create or replace macro distinct_text (x) as string_agg(
  distinct x,
  ', '
  order by
    x
);
