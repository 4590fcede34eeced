-- One row per member of a list; no row for an empty one. For select lists only.
create or replace macro each_of (list) as unnest(list);
