-- What each phase took in time, tokens and money, how often it failed, and how that compares with the window before. What started inside the window counts; the row without a phase holds the calls outside any phase, so that sums are complete.
-- title: Phases
-- grain: phase
-- reads: call_ledger, phase_entries
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
-- column: phase: Name of the phase; NULL for calls outside any phase.
-- column: entries: Entries of the phase; 0 when it is known only because calls carry its name. With a filter on model or agent: entries with such a call, or by that agent.
-- column: runs: Runs that they belong to.
-- column: model_calls: Model calls inside the phase.
-- column: uncached_input_tokens: Input that was neither read from nor written to the cache.
-- column: cache_read_tokens: Input read from the prompt cache.
-- column: cache_write_5m_tokens: Input written to the prompt cache for 5 minutes.
-- column: cache_write_1h_tokens: Input written to the prompt cache for 1 hour.
-- column: cache_write_unknown_tokens: Input written to the prompt cache for a time that was not reported.
-- column: input_tokens: Whole input: the sum of the five input buckets.
-- column: output_tokens: Output, reasoning included.
-- column: reasoning_tokens: Part of the output that was reasoning; never to be added to it.
-- column: cache_hit_ratio: Share of the whole input that was read from the cache.
-- column: cost_usd: Computed cost of the calls, exact; NULL when there are calls and none of them has a known price.
-- column: duration_ms: Wall time of the entries, nested phases included, open entries so far; without entries, the sum of the durations of the calls.
-- column: p50_ms: Median (exact) of the wall time of an entry that has ended; without entries, of the duration of a call.
-- column: p95_ms: 95th percentile (exact) of the wall time of an entry that has ended; without entries, of the duration of a call.
-- column: p99_ms: 99th percentile (exact) of the wall time of an entry that has ended; without entries, of the duration of a call.
-- column: call_ms: Model time: sum of the durations of the calls; parallel calls add up.
-- column: errors: Entries that failed or were lost; without entries, model calls that failed.
-- column: error_ratio: errors divided by entries that are over (without entries: by model calls); NULL without any.
-- column: error_ratio_low: Lower end of the Wilson 95 % interval of error_ratio.
-- column: error_ratio_high: Upper end of the Wilson 95 % interval of error_ratio.
-- column: successes: Entries that are over with a good outcome, where none is stated with status succeeded; without entries, model calls that succeeded.
-- column: success_ratio: successes divided by entries that are over (without entries: by model calls); NULL without any.
-- column: success_ratio_low: Lower end of the Wilson 95 % interval of success_ratio.
-- column: success_ratio_high: Upper end of the Wilson 95 % interval of success_ratio.
-- column: failed_calls: Model calls that ended in an error.
-- column: cost_per_success_usd: cost_usd divided by successes; NULL without any.
-- column: unpriced_calls: Model calls whose price is not known; cost_usd leaves them out.
-- column: previous_cost_usd: cost_usd of the window of the same length before this one.
-- column: cost_change_ratio: Change of cost_usd against that window: 0.1 is a tenth more; NULL when it was 0.
-- column: previous_duration_ms: duration_ms of the window of the same length before this one.
-- column: duration_change_ratio: Change of duration_ms against that window: 0.1 is a tenth more; NULL when it was 0.
-- column: first_seen_at: When the first of what is counted here started (UTC).
-- column: last_seen_at: When the last of what is counted here ended (UTC); open ones aside.
with
  chosen_calls as (
    select
      run_id,
      coalesce(run_id, trace_id) as run_key,
      agent,
      phase,
      coalesce(phase_entry, 1) as entry_key,
      model,
      started_at,
      ended_at,
      duration_ms,
      ttft_ms,
      status,
      uncached_input_tokens,
      cache_read_tokens,
      cache_write_5m_tokens,
      cache_write_1h_tokens,
      cache_write_unknown_tokens,
      input_total (
        uncached_input_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        cache_write_unknown_tokens
      ) as input_count,
      output_tokens,
      reasoning_tokens,
      charge (cost_usd, unpriced_reason) as charge_usd,
      unpriced_reason is not null as is_unpriced,
      started_at >= as_time ($since) as is_current
    from
      call_ledger
    where
      started_at >= previous_start (as_time ($since), as_time ($until))
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
        as_text ($model) is null
        or model = as_text ($model)
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
  matched as (
    select distinct
      run_key,
      phase,
      entry_key
    from
      chosen_calls
    where
      as_text ($model) is not null
      or as_text ($agent) is not null
  ),
  facts as (
    select
      phase,
      run_id,
      is_current,
      true as is_call,
      status = 'error' as is_error,
      status = 'ok' as is_success,
      false as is_finished,
      duration_ms,
      cast(null as double) as finished_ms,
      uncached_input_tokens,
      cache_read_tokens,
      cache_write_5m_tokens,
      cache_write_1h_tokens,
      cache_write_unknown_tokens,
      input_count,
      output_tokens,
      reasoning_tokens,
      charge_usd,
      is_unpriced,
      started_at,
      ended_at
    from
      chosen_calls
    union all
    select
      e.phase,
      e.run_id,
      e.started_at >= as_time ($since) as is_current,
      false as is_call,
      e.status in ('failed', 'lost') as is_error,
      e.status <> 'running'
      and coalesce(e.success, e.status = 'succeeded') as is_success,
      e.status <> 'running' as is_finished,
      e.duration_ms,
      case
        when e.ended_at is not null then e.duration_ms
      end as finished_ms,
      cast(null as bigint) as uncached_input_tokens,
      cast(null as bigint) as cache_read_tokens,
      cast(null as bigint) as cache_write_5m_tokens,
      cast(null as bigint) as cache_write_1h_tokens,
      cast(null as bigint) as cache_write_unknown_tokens,
      cast(null as bigint) as input_count,
      cast(null as bigint) as output_tokens,
      cast(null as bigint) as reasoning_tokens,
      cast(null as decimal(18, 12)) as charge_usd,
      false as is_unpriced,
      e.started_at,
      e.ended_at
    from
      phase_entries as e
      left join matched as m on m.run_key = coalesce(e.run_id, e.trace_id)
      and m.phase = e.phase
      and m.entry_key = coalesce(e.entry, 1)
    where
      e.started_at >= previous_start (as_time ($since), as_time ($until))
      and e.started_at < as_time ($until)
      and (
        as_text ($run_name) is null
        or e.run_name = as_text ($run_name)
      )
      and (
        as_text ($phase) is null
        or e.phase = as_text ($phase)
      )
      and (
        as_text ($service) is null
        or e.service = as_text ($service)
      )
      and (
        as_text ($session) is null
        or e.session_id = as_text ($session)
      )
      and (
        as_text ($user) is null
        or e.user_id = as_text ($user)
      )
      and (
        (
          as_text ($model) is null
          and as_text ($agent) is null
        )
        or m.run_key is not null
        or (
          as_text ($model) is null
          and e.agent = as_text ($agent)
        )
      )
  ),
  grouped as (
    select
      phase as group_name,
      is_current,
      count(
        case
          when not is_call then 1
        end
      ) as unit_count,
      count(
        case
          when is_finished then 1
        end
      ) as finished_count,
      count(
        case
          when not is_call
          and is_error then 1
        end
      ) as failed_unit_count,
      count(
        case
          when not is_call
          and is_success then 1
        end
      ) as good_unit_count,
      total_ms (
        case
          when not is_call then duration_ms
        end
      ) as unit_ms,
      percentiles (finished_ms) as unit_percentiles,
      count(distinct run_id) as run_count,
      count(
        case
          when is_call then 1
        end
      ) as call_count,
      count(
        case
          when is_call
          and is_error then 1
        end
      ) as failed_call_count,
      count(
        case
          when is_call
          and is_success then 1
        end
      ) as good_call_count,
      count(
        case
          when is_unpriced then 1
        end
      ) as unpriced_count,
      total_ms (
        case
          when is_call then duration_ms
        end
      ) as call_time_ms,
      percentiles (
        case
          when is_call then duration_ms
        end
      ) as call_percentiles,
      total (uncached_input_tokens) as uncached_input_tokens_sum,
      total (cache_read_tokens) as cache_read_tokens_sum,
      total (cache_write_5m_tokens) as cache_write_5m_tokens_sum,
      total (cache_write_1h_tokens) as cache_write_1h_tokens_sum,
      total (cache_write_unknown_tokens) as cache_write_unknown_tokens_sum,
      total (input_count) as input_sum,
      total (output_tokens) as output_sum,
      total (reasoning_tokens) as reasoning_sum,
      case
        when count(
          case
            when is_call then 1
          end
        ) > 0 then sum(charge_usd)
        else cast(0 as decimal(38, 12))
      end as charge_sum,
      min(started_at) as first_at,
      max(ended_at) as last_at
    from
      facts
    group by
      phase,
      is_current
  ),
  judged as (
    select
      *,
      case
        when unit_count > 0 then unit_ms
        else call_time_ms
      end as work_ms,
      case
        when unit_count > 0 then unit_percentiles
        else call_percentiles
      end as work_percentiles,
      case
        when unit_count > 0 then finished_count
        else call_count
      end as trial_count,
      case
        when unit_count > 0 then failed_unit_count
        else failed_call_count
      end as error_count,
      case
        when unit_count > 0 then good_unit_count
        else good_call_count
      end as success_count
    from
      grouped
  ),
  compared as (
    select
      *,
      max(
        case
          when not is_current then charge_sum
        end
      ) over (
        partition by
          group_name
      ) as earlier_charge_sum,
      max(
        case
          when not is_current then work_ms
        end
      ) over (
        partition by
          group_name
      ) as earlier_work_ms
    from
      judged
  )
select
  group_name as phase,
  unit_count as entries,
  run_count as runs,
  call_count as model_calls,
  uncached_input_tokens_sum as uncached_input_tokens,
  cache_read_tokens_sum as cache_read_tokens,
  cache_write_5m_tokens_sum as cache_write_5m_tokens,
  cache_write_1h_tokens_sum as cache_write_1h_tokens,
  cache_write_unknown_tokens_sum as cache_write_unknown_tokens,
  input_sum as input_tokens,
  output_sum as output_tokens,
  reasoning_sum as reasoning_tokens,
  share (cache_read_tokens_sum, input_sum) as cache_hit_ratio,
  charge_sum as cost_usd,
  work_ms as duration_ms,
  work_percentiles[1] as p50_ms,
  work_percentiles[2] as p95_ms,
  work_percentiles[3] as p99_ms,
  call_time_ms as call_ms,
  error_count as errors,
  share (error_count, trial_count) as error_ratio,
  wilson_low (error_count, trial_count) as error_ratio_low,
  wilson_high (error_count, trial_count) as error_ratio_high,
  success_count as successes,
  share (success_count, trial_count) as success_ratio,
  wilson_low (success_count, trial_count) as success_ratio_low,
  wilson_high (success_count, trial_count) as success_ratio_high,
  failed_call_count as failed_calls,
  share (charge_sum, success_count) as cost_per_success_usd,
  unpriced_count as unpriced_calls,
  usd (earlier_charge_sum) as previous_cost_usd,
  change (charge_sum, earlier_charge_sum) as cost_change_ratio,
  coalesce(earlier_work_ms, 0) as previous_duration_ms,
  change (work_ms, earlier_work_ms) as duration_change_ratio,
  first_at as first_seen_at,
  last_at as last_seen_at
from
  compared
where
  is_current
order by
  cost_usd desc nulls last,
  duration_ms desc,
  group_name nulls last;
