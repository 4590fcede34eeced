-- What each run took in each of its phases: time, tokens, models, money and errors, with the state and totals of the run beside them. Runs that started inside the window count; the row without a phase holds calls outside any phase.
-- title: Iterations
-- grain: run x phase
-- reads: call_ledger, phase_entries, run_entries
-- parameter: since timestamp default 30d: Start of the window (inclusive): a span of time before until such as 90m, 24h or 7d, an ISO 8601 time, or a date in tz.
-- parameter: until timestamp default now: End of the window (exclusive): now, an ISO 8601 time, or a date in tz.
-- parameter: tz text default UTC: IANA time zone in which dates, and times without an offset, are read.
-- parameter: run_name text default none: Only runs of this series.
-- parameter: phase text default none: Only this phase.
-- parameter: agent text default none: Only this agent.
-- parameter: model text default none: Only this model (canonical name).
-- parameter: service text default none: Only this service.
-- parameter: session text default none: Only this session (session_id).
-- parameter: user text default none: Only this user (user_id).
-- column: run_id: Identity of the run.
-- column: run_name: Series that the run belongs to.
-- column: run_number: Number of the run in its series.
-- column: run_agent: Agent that the run is of.
-- column: phase: Name of the phase; NULL for calls outside any phase, and for a run that has no phase.
-- column: entries: How often the phase was entered.
-- column: phase_status: Status of the latest entry: running, succeeded, failed or lost; NULL without entries.
-- column: agents: Agents that acted in the phase, sorted, joined by commas.
-- column: duration_ms: Wall time of the entries, nested phases included, open ones so far; without entries, the sum of the durations of the calls.
-- column: model_calls: Model calls in the phase.
-- column: input_tokens: Whole input of the phase: uncached, cache reads and cache writes.
-- column: output_tokens: Output of the phase, reasoning included.
-- column: phase_tokens: Input and output of the phase together.
-- column: models: Models that answered in the phase, sorted, joined by commas.
-- column: cost_usd: Computed cost of the phase, exact; NULL when there are calls and none of them has a known price.
-- column: error_type: Kind of error of the latest entry that failed; NULL when none did.
-- column: error_message: What that error said.
-- column: status: Status of the run: running, succeeded, failed, cancelled or lost.
-- column: current_phase: Phase that is open in the run now; NULL when it has ended.
-- column: run_error_message: What the error of the run said; NULL without one.
-- column: total_ms: Time of the whole run; of an open one so far.
-- column: total_tokens: Input and output of the whole run.
-- column: total_cost_usd: Computed cost of the whole run.
-- column: git_commit: Git commit that ran.
-- column: created_at: When the run started (UTC).
-- column: completed_at: When the run ended (UTC); NULL while it is open.
with
  chosen_runs as (
    select
      *
    from
      run_entries as r
    where
      r.started_at >= as_time ($since)
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
  ),
  facts as (
    select
      c.run_id,
      c.phase,
      0 as is_entry,
      cast(null as double) as entry_ms,
      cast(null as varchar) as failed_type,
      cast(null as varchar) as failed_message,
      cast(null as varchar) as entry_status,
      c.started_at,
      c.model,
      1 as is_call,
      c.agent,
      input_total (
        c.uncached_input_tokens,
        c.cache_read_tokens,
        c.cache_write_5m_tokens,
        c.cache_write_1h_tokens,
        c.cache_write_unknown_tokens
      ) as input_count,
      c.output_tokens,
      charge (c.cost_usd, c.unpriced_reason) as charge_usd,
      c.duration_ms as call_duration_ms
    from
      call_ledger as c
    where
      c.run_id in (
        select
          run_id
        from
          chosen_runs
      )
      and c.started_at >= day_before (as_time ($since))
    union all
    select
      e.run_id,
      e.phase,
      1 as is_entry,
      e.duration_ms as entry_ms,
      e.error_type as failed_type,
      e.error_message as failed_message,
      e.status as entry_status,
      e.started_at,
      cast(null as varchar) as model,
      0 as is_call,
      e.agent,
      cast(null as bigint) as input_count,
      cast(null as bigint) as output_tokens,
      cast(null as decimal(18, 12)) as charge_usd,
      cast(null as double) as call_duration_ms
    from
      phase_entries as e
    where
      e.run_id in (
        select
          run_id
        from
          chosen_runs
      )
      and e.started_at >= day_before (as_time ($since))
  ),
  steps as (
    select
      run_id,
      phase,
      sum(is_entry) as entry_count,
      sum(is_call) as call_count,
      total_ms (entry_ms) as wall_ms,
      total_ms (call_duration_ms) as call_time_ms,
      total (input_count) as input_sum,
      total (output_tokens) as output_sum,
      case
        when sum(is_call) > 0 then sum(charge_usd)
        else cast(0 as decimal(38, 12))
      end as charge_sum,
      distinct_text (model) as model_list,
      distinct_text (agent) as agent_list,
      value_at_latest (entry_status, started_at) as last_status,
      value_at_latest (failed_type, started_at) as last_error_type,
      value_at_latest (failed_message, started_at) as last_error_message,
      min(started_at) as first_at,
      max(
        case
          when as_text ($agent) is null
          or agent = as_text ($agent) then 1
          else 0
        end
      ) as has_agent,
      max(
        case
          when as_text ($model) is null
          or model = as_text ($model) then 1
          else 0
        end
      ) as has_model,
      sum(is_entry) - count(
        case
          when is_entry = 1
          and entry_status in ('succeeded', 'failed') then 1
        end
      ) as open_count,
      max(
        case
          when is_entry = 1
          and entry_status in ('running', 'lost') then started_at
        end
      ) as open_at
    from
      facts
    group by
      run_id,
      phase
  ),
  run_totals as (
    select
      run_id,
      cast(sum(input_sum + output_sum) as bigint) as run_tokens,
      case
        when sum(call_count) > 0 then sum(
          case
            when call_count > 0 then charge_sum
          end
        )
        else cast(0 as decimal(38, 12))
      end as run_charge,
      value_at_latest (
        case
          when open_count > 0 then phase
        end,
        open_at
      ) as open_phase
    from
      steps
    group by
      run_id
  )
select
  r.run_id,
  r.run_name,
  r.run_number,
  r.agent as run_agent,
  s.phase,
  cast(coalesce(s.entry_count, 0) as bigint) as entries,
  s.last_status as phase_status,
  s.agent_list as agents,
  coalesce(
    case
      when s.entry_count > 0 then s.wall_ms
      else s.call_time_ms
    end,
    0
  ) as duration_ms,
  cast(coalesce(s.call_count, 0) as bigint) as model_calls,
  coalesce(s.input_sum, 0) as input_tokens,
  coalesce(s.output_sum, 0) as output_tokens,
  coalesce(s.input_sum, 0) + coalesce(s.output_sum, 0) as phase_tokens,
  s.model_list as models,
  case
    when s.run_id is null then cast(0 as decimal(38, 12))
    else s.charge_sum
  end as cost_usd,
  s.last_error_type as error_type,
  s.last_error_message as error_message,
  r.status,
  case
    when r.ended_at is null then t.open_phase
  end as current_phase,
  r.error_message as run_error_message,
  r.duration_ms as total_ms,
  coalesce(t.run_tokens, 0) as total_tokens,
  case
    when t.run_id is null then cast(0 as decimal(38, 12))
    else t.run_charge
  end as total_cost_usd,
  r.git_commit,
  r.started_at as created_at,
  r.ended_at as completed_at
from
  chosen_runs as r
  -- A run that has neither calls nor phases yet still has its row.
  left join steps as s on s.run_id = r.run_id
  left join run_totals as t on t.run_id = r.run_id
where
  (
    as_text ($phase) is null
    or s.phase = as_text ($phase)
  )
  and (
    as_text ($agent) is null
    or s.has_agent = 1
    or r.agent = as_text ($agent)
  )
  and (
    as_text ($model) is null
    or s.has_model = 1
  )
order by
  r.started_at desc,
  r.run_id,
  s.first_at,
  s.phase nulls last;
