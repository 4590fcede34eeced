-- The runs with their state and totals, open ones first, then the latest.
-- title: Runs
-- grain: run
-- reads: runs
-- parameter: since timestamp default none: Start of the window (inclusive): a span of time before until such as 90m, 24h or 7d, an ISO 8601 time, or a date in tz.
-- parameter: until timestamp default now: End of the window (exclusive): now, an ISO 8601 time, or a date in tz.
-- parameter: tz text default UTC: IANA time zone in which dates, and times without an offset, are read.
-- parameter: run_name text default none: Only runs of this series.
-- parameter: agent text default none: Only runs of this agent.
-- parameter: service text default none: Only this service.
-- parameter: session text default none: Only this session (session_id).
-- parameter: user text default none: Only this user (user_id).
-- parameter: status text default none: Only runs with this status: running, succeeded, failed, cancelled or lost.
-- parameter: limit integer default 100: Most runs to list.
-- columns: runs
select
  *
from
  runs as r
where
  (
    as_time ($since) is null
    or r.started_at >= as_time ($since)
  )
  and r.started_at < as_time ($until)
  and (
    as_text ($run_name) is null
    or r.run_name = as_text ($run_name)
  )
  and (
    as_text ($service) is null
    or r.service = as_text ($service)
  )
  and (
    as_text ($session) is null
    or r.session_id = as_text ($session)
  )
  and (
    as_text ($user) is null
    or r.user_id = as_text ($user)
  )
  and (
    as_text ($agent) is null
    or r.agent = as_text ($agent)
  )
  and (
    as_text ($status) is null
    or r.status = as_text ($status)
  )
order by
  case
    when r.status = 'running' then 0
    else 1
  end,
  r.started_at desc,
  r.run_id
limit
  as_count ($limit);
