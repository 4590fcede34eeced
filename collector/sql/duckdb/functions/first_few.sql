-- Up to ten texts of a group, the first in their order, joined by a comma; NULL when there are none.
create or replace macro first_few (x) as array_to_string(min(x, 10), ', ');
