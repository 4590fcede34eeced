-- How much a figure changed against an earlier one: 0.1 is a tenth more; NULL when the earlier one is 0 or unknown.
create or replace macro change (figure, earlier) as case when earlier > 0 then cast(figure as double) / cast(earlier as double) - 1 end;
