-- Whether two statements of one fact contradict each other: what is not stated contradicts nothing.
create or replace macro differs (one, other) as coalesce(one <> other, false);
