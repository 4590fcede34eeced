-- The runs with their state and totals, open ones first, then the latest.
-- title: Runs
-- grain: run
-- reads: call_ledger, phase_entries, run_entries, spans
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
with
  chosen_runs as (
    select
      *
    from
      run_entries as r
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
      as_count ($limit)
  ),
  -- The totals are those of the view runs, but only for the runs that are listed: this is asked every few seconds.
  call_totals as (
    select
      run_id,
      count(*) as call_count,
      count(
        case
          when status = 'error' then 1
        end
      ) as failed_count,
      count(
        case
          when unpriced_reason is not null then 1
        end
      ) as unpriced_count,
      total (
        input_total (
          uncached_input_tokens,
          cache_read_tokens,
          cache_write_5m_tokens,
          cache_write_1h_tokens,
          cache_write_unknown_tokens
        )
      ) as input_sum,
      total (output_tokens) as output_sum,
      sum(charge (cost_usd, unpriced_reason)) as cost_sum,
      distinct_text (model) as model_list
    from
      call_ledger
    where
      run_id in (
        select
          run_id
        from
          chosen_runs
      )
    group by
      run_id
  ),
  tool_totals as (
    select
      run_id,
      count(*) as tool_count
    from
      spans
    where
      operation = 'tool_call'
      and run_id in (
        select
          run_id
        from
          chosen_runs
      )
    group by
      run_id
  ),
  phase_totals as (
    select
      run_id,
      count(*) as entry_count,
      value_at_latest (
        case
          when ended_at is null then phase
        end,
        case
          when ended_at is null then started_at
        end
      ) as open_phase
    from
      phase_entries
    where
      run_id in (
        select
          run_id
        from
          chosen_runs
      )
    group by
      run_id
  )
select
  r.run_id,
  r.run_name,
  r.run_number,
  r.trigger,
  r.task_type,
  r.agent,
  r.agent_version,
  r.session_id,
  r.conversation_id,
  r.user_id,
  r.service,
  r.trace_id,
  r.span_id,
  r.status,
  r.started_at,
  r.ended_at,
  r.last_seen_at,
  r.duration_ms,
  r.error_type,
  r.error_message,
  r.git_commit,
  r.category,
  r.success,
  r.confidence,
  case
    when r.ended_at is null then p.open_phase
  end as current_phase,
  coalesce(p.entry_count, 0) as phase_entries,
  coalesce(t.tool_count, 0) as tool_calls,
  coalesce(c.call_count, 0) as model_calls,
  coalesce(c.failed_count, 0) as failed_calls,
  coalesce(c.unpriced_count, 0) as unpriced_calls,
  coalesce(c.input_sum, 0) as input_tokens,
  coalesce(c.output_sum, 0) as output_tokens,
  coalesce(c.input_sum, 0) + coalesce(c.output_sum, 0) as total_tokens,
  case
    when c.call_count > 0 then c.cost_sum
    else cast(0 as decimal(38, 12))
  end as cost_usd,
  c.model_list as models
from
  chosen_runs as r
  left join call_totals as c on c.run_id = r.run_id
  left join tool_totals as t on t.run_id = r.run_id
  left join phase_totals as p on p.run_id = r.run_id
order by
  case
    when r.status = 'running' then 0
    else 1
  end,
  r.started_at desc,
  r.run_id;
