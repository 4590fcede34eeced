-- Whether two costs of one call differ by more than the millionth of a dollar to which sources round.
create or replace macro cost_differs (one, other) as coalesce(abs(one - other) > 0.000001, false);
