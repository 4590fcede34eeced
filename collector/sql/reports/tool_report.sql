-- What each tool took and how often it failed: executing and waiting for permission apart, calls that are still open beside those that have ended.
-- title: Tools
-- grain: tool and MCP server
-- reads: live_spans, spans, tool_calls
-- parameter: since timestamp default 30d: Start of the window (inclusive): a span of time before until such as 90m, 24h or 7d, an ISO 8601 time, or a date in tz.
-- parameter: until timestamp default now: End of the window (exclusive): now, an ISO 8601 time, or a date in tz.
-- parameter: tz text default UTC: IANA time zone in which dates, and times without an offset, are read.
-- parameter: run_name text default none: Only runs of this series.
-- parameter: phase text default none: Only this phase.
-- parameter: agent text default none: Only this agent.
-- parameter: service text default none: Only this service.
-- parameter: session text default none: Only this session (session_id).
-- parameter: user text default none: Only this user (user_id).
-- column: tool: Name of the tool; NULL when it was not reported.
-- column: mcp_server: MCP server that offers the tool; NULL for other tools.
-- column: tool_calls: Calls of the tool that have ended.
-- column: open_calls: Calls of the tool that were announced and have not ended.
-- column: runs: Runs that they belong to.
-- column: errors: Calls that failed.
-- column: error_ratio: errors divided by tool_calls; NULL without any.
-- column: error_ratio_low: Lower end of the Wilson 95 % interval of error_ratio.
-- column: error_ratio_high: Upper end of the Wilson 95 % interval of error_ratio.
-- column: duration_ms: Time from call to result, waiting included; parallel calls add up.
-- column: executing_ms: Time in which the tool ran; parallel calls add up.
-- column: executing_p50_ms: Median (exact) of the time in which a call ran.
-- column: executing_p95_ms: 95th percentile (exact) of the time in which a call ran.
-- column: executing_p99_ms: 99th percentile (exact) of the time in which a call ran.
-- column: waited_calls: Calls for which the telemetry tells waiting for permission from executing.
-- column: waiting_ms: Time spent waiting for permission, of those calls.
-- column: waiting_p50_ms: Median (exact) of the time that such a call waited; NULL when there is none.
-- column: waiting_p95_ms: 95th percentile (exact) of the time that such a call waited; NULL when there is none.
-- column: waiting_p99_ms: 99th percentile (exact) of the time that such a call waited; NULL when there is none.
-- column: error_types: Kinds of errors, sorted, joined by commas; NULL without errors.
-- column: first_seen_at: When the first of the calls started (UTC).
-- column: last_seen_at: When the last of the calls started (UTC).
with
  ended_calls as (
    select
      tool,
      mcp_server,
      1 as is_ended,
      run_id,
      status,
      duration_ms,
      executing_ms,
      waiting_ms,
      error_type,
      started_at
    from
      tool_calls
    where
      started_at >= as_time ($since)
      and started_at < as_time ($until)
      and (
        as_text ($run_name) is null
        or run_name = as_text ($run_name)
      )
      and (
        as_text ($phase) is null
        or phase = as_text ($phase)
      )
      and (
        as_text ($agent) is null
        or agent = as_text ($agent)
      )
      and (
        as_text ($service) is null
        or service = as_text ($service)
      )
      and (
        as_text ($session) is null
        or session_id = as_text ($session)
      )
      and (
        as_text ($user) is null
        or user_id = as_text ($user)
      )
  ),
  open_ones as (
    select
      tool_of_span_name (l.name) as tool,
      l.run_id,
      l.started_at
    from
      live_spans as l
      left join spans as s on s.trace_id = l.trace_id
      and s.span_id = l.span_id
    where
      l.kind = 'tool_call'
      and s.span_id is null
      and l.started_at >= as_time ($since)
      and l.started_at < as_time ($until)
      and (
        as_text ($run_name) is null
        or l.run_name = as_text ($run_name)
      )
      and (
        as_text ($phase) is null
        or l.phase = as_text ($phase)
      )
      and (
        as_text ($agent) is null
        or l.agent = as_text ($agent)
      )
      and (
        as_text ($service) is null
        or l.service = as_text ($service)
      )
      and (
        as_text ($session) is null
        or l.session_id = as_text ($session)
      )
      and (
        as_text ($user) is null
        or l.user_id = as_text ($user)
      )
  ),
  facts as (
    select
      tool,
      mcp_server,
      is_ended,
      run_id,
      status,
      duration_ms,
      executing_ms,
      waiting_ms,
      error_type,
      started_at
    from
      ended_calls
    union all
    select
      tool,
      cast(null as varchar),
      0,
      run_id,
      cast(null as varchar),
      cast(null as double),
      cast(null as double),
      cast(null as double),
      cast(null as varchar),
      started_at
    from
      open_ones
  ),
  grouped as (
    select
      tool,
      mcp_server,
      total (is_ended) as ended_count,
      count(
        case
          when is_ended = 0 then 1
        end
      ) as open_count,
      count(distinct run_id) as run_count,
      count(
        case
          when status = 'error' then 1
        end
      ) as error_count,
      total_ms (duration_ms) as whole_ms,
      total_ms (executing_ms) as execution_ms,
      percentiles (executing_ms) as execution_percentiles,
      count(waiting_ms) as waited_count,
      total_ms (waiting_ms) as wait_ms,
      percentiles (waiting_ms) as wait_percentiles,
      distinct_text (error_type) as error_list,
      min(started_at) as first_at,
      max(started_at) as last_at
    from
      facts
    group by
      tool,
      mcp_server
  )
select
  tool,
  mcp_server,
  ended_count as tool_calls,
  open_count as open_calls,
  run_count as runs,
  error_count as errors,
  share (error_count, ended_count) as error_ratio,
  wilson_low (error_count, ended_count) as error_ratio_low,
  wilson_high (error_count, ended_count) as error_ratio_high,
  whole_ms as duration_ms,
  execution_ms as executing_ms,
  execution_percentiles[1] as executing_p50_ms,
  execution_percentiles[2] as executing_p95_ms,
  execution_percentiles[3] as executing_p99_ms,
  waited_count as waited_calls,
  wait_ms as waiting_ms,
  wait_percentiles[1] as waiting_p50_ms,
  wait_percentiles[2] as waiting_p95_ms,
  wait_percentiles[3] as waiting_p99_ms,
  error_list as error_types,
  first_at as first_seen_at,
  last_at as last_seen_at
from
  grouped
order by
  whole_ms desc,
  tool nulls last,
  mcp_server nulls last;
