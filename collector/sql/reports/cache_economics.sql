-- What the prompt cache saved and cost each phase, agent and model: reads, writes that nobody read, 5 minutes against 1 hour, and where a cached prompt was lost. Money is by the prices that applied to each call.
-- title: Cache economics
-- grain: phase, agent and model
-- reads: call_ledger
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
-- column: agent: Name of the acting agent; NULL outside any agent.
-- column: model: Canonical name of the model.
-- column: model_calls: Model calls whose input was reported; sums over calls are left out.
-- column: input_tokens: Whole input: the sum of the five input buckets.
-- column: uncached_input_tokens: Input that was neither read from nor written to the cache.
-- column: cache_read_tokens: Input read from the prompt cache.
-- column: cache_write_5m_tokens: Input written to the prompt cache for 5 minutes.
-- column: cache_write_1h_tokens: Input written to the prompt cache for 1 hour.
-- column: cache_write_unknown_tokens: Input written to the prompt cache for a time that was not reported; priced and judged as 5 minutes.
-- column: cache_hit_ratio: Share of the whole input that was read from the cache.
-- column: read_savings_usd: What the reads would have cost more as uncached input; NULL when no price is known.
-- column: write_cost_usd: What the writes cost; NULL when no price is known.
-- column: write_premium_usd: What the writes cost more than uncached input would have; NULL when no price is known.
-- column: net_savings_usd: read_savings_usd less write_premium_usd: what the cache was worth; negative when it cost more than it saved.
-- column: unread_writes: Calls that wrote what no later call of the session, agent and model read within its lifetime; those whose lifetime is not over at the end of the window are not judged.
-- column: unread_write_tokens: Tokens that they wrote.
-- column: unread_write_usd: What writing them cost; NULL when no price is known.
-- column: timed_out_losses: Calls that read less than a tenth of what the call before (same session, agent and model) had cached, after more than its lifetime.
-- column: timed_out_tokens: Tokens that they paid again, as input or as new writes.
-- column: changed_prefix_losses: Calls that read less than a tenth of what the call before had cached, although its lifetime was not over: the prompt began differently.
-- column: changed_prefix_tokens: Tokens that they paid again, as input or as new writes.
-- column: lost_usd: What paying those tokens again cost more than reading them; NULL when no price is known.
-- column: rewritten_ratio: Of the tokens written for 5 minutes, the share that was paid again after 5 minutes to 1 hour: a longer lifetime would have kept it.
-- column: break_even_ratio: The rewritten_ratio above which writing for 1 hour is cheaper than for 5 minutes, by the prices that applied; NULL when no price is known.
-- column: one_hour_gain_usd: Estimate of what writing for 1 hour instead of 5 minutes would have saved; negative when it would have cost more.
-- column: five_minute_gain_usd: Estimate of what writing for 5 minutes instead of 1 hour would have saved; negative when it would have cost more.
-- column: cheaper_lifetime: 1h or 5m where the other lifetime would have been cheaper by these estimates, else as it is; NULL when no price is known.
-- column: calls_without_price: Calls for which no price by token is known; the money columns leave them out.
with
  sequence_calls as (
    select
      call_key,
      phase,
      agent,
      agent_id,
      model,
      started_at,
      start_unix_nano,
      price_id,
      series_hash (coalesce(session_id, conversation_id, run_id, trace_id, call_key), agent, agent_id, model) as series_key,
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
      coalesce(cache_read_tokens, 0) as read_count,
      coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_unknown_tokens, 0) as short_count,
      coalesce(cache_write_1h_tokens, 0) as long_count
    from
      call_ledger
    where
      scope = 'call'
      and started_at >= day_before (as_time ($since))
      and started_at < as_time ($until)
      and coalesce(
        uncached_input_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        cache_write_unknown_tokens
      ) is not null
      and (
        as_text ($run_name) is null
        or run_name = as_text ($run_name)
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
  stepped as (
    select
      *,
      max(started_at) over before_it as earlier_at,
      max(read_count + short_count + long_count) over before_it as earlier_cached,
      max(long_count) over all_before_it as earlier_long,
      min(
        case
          when read_count > 0 then started_at
        end
      ) over all_after_it as next_read_at
    from
      sequence_calls
    window
      before_it as (
        partition by
          series_key
        order by
          start_unix_nano,
          call_key rows between 1 preceding
          and 1 preceding
      ),
      all_before_it as (
        partition by
          series_key
        order by
          start_unix_nano,
          call_key rows between unbounded preceding
          and 1 preceding
      ),
      all_after_it as (
        partition by
          series_key
        order by
          start_unix_nano,
          call_key rows between 1 following
          and unbounded following
      )
  ),
  timed as (
    select
      *,
      elapsed_ms (earlier_at, started_at) as gap_ms,
      case
        when earlier_long > 0 then 3600000
        else 300000
      end as lifetime_ms,
      coalesce(read_count * 10 < earlier_cached, false) as is_lost,
      case
        when earlier_cached - read_count < coalesce(uncached_input_tokens, 0) + short_count + long_count then earlier_cached - read_count
        else coalesce(uncached_input_tokens, 0) + short_count + long_count
      end as again_count,
      elapsed_ms (started_at, coalesce(next_read_at, as_time ($until))) as unread_ms
    from
      stepped
    where
      started_at >= as_time ($since)
      and started_at < as_time ($until)
      and (
        as_text ($phase) is null
        or phase = as_text ($phase)
      )
  ),
  judged as (
    select
      *,
      is_lost
      and gap_ms > lifetime_ms as is_timed_out,
      is_lost
      and gap_ms <= lifetime_ms as is_changed,
      short_count > 0
      and unread_ms > 300000 as is_short_unread,
      long_count > 0
      and unread_ms > 3600000 as is_long_unread,
      is_lost
      and gap_ms > 300000
      and gap_ms <= 3600000
      and lifetime_ms = 300000 as is_kept_by_hour,
      not is_lost
      and gap_ms > 300000
      and gap_ms <= 3600000
      and lifetime_ms = 3600000 as is_read_late
    from
      timed
  ),
  grouped as (
    select
      phase,
      agent,
      model,
      price_id,
      count(*) as call_count,
      total (input_count) as input_sum,
      total (uncached_input_tokens) as uncached_sum,
      total (cache_read_tokens) as read_sum,
      total (cache_write_5m_tokens) as five_minute_sum,
      total (cache_write_1h_tokens) as one_hour_sum,
      total (cache_write_unknown_tokens) as unknown_sum,
      count(
        case
          when is_short_unread
          or is_long_unread then 1
        end
      ) as unread_count,
      total (
        case
          when is_short_unread then short_count
        end
      ) as unread_short_sum,
      total (
        case
          when is_long_unread then long_count
        end
      ) as unread_long_sum,
      count(
        case
          when is_timed_out then 1
        end
      ) as timed_out_count,
      total (
        case
          when is_timed_out then again_count
        end
      ) as timed_out_sum,
      count(
        case
          when is_changed then 1
        end
      ) as changed_count,
      total (
        case
          when is_changed then again_count
        end
      ) as changed_sum,
      total (
        case
          when is_lost
          and long_count > 0 then again_count
        end
      ) as again_long_sum,
      total (
        case
          when is_lost
          and long_count = 0
          and short_count > 0 then again_count
        end
      ) as again_short_sum,
      total (
        case
          when is_lost
          and long_count = 0
          and short_count = 0 then again_count
        end
      ) as again_uncached_sum,
      total (
        case
          when is_kept_by_hour then again_count
        end
      ) as kept_by_hour_sum,
      total (
        case
          when is_read_late then read_count
        end
      ) as read_late_sum
    from
      judged
    group by
      phase,
      agent,
      model,
      price_id
  ),
  with_prices as (
    select
      *,
      token_prices (price_id) as prices
    from
      grouped
  ),
  with_money as (
    select
      *,
      prices[1] as input_price,
      prices[3] as read_price,
      prices[4] as short_price,
      prices[5] as long_price
    from
      with_prices
  ),
  summed as (
    select
      phase,
      agent,
      model,
      total (call_count) as call_sum,
      total (
        case
          when input_price is null then call_count
        end
      ) as without_price_sum,
      total (input_sum) as all_input,
      total (uncached_sum) as all_uncached,
      total (read_sum) as all_read,
      total (five_minute_sum) as all_five_minute,
      total (one_hour_sum) as all_one_hour,
      total (unknown_sum) as all_unknown,
      total (unread_count) as all_unread,
      total (unread_short_sum + unread_long_sum) as all_unread_tokens,
      total (timed_out_count) as all_timed_out,
      total (timed_out_sum) as all_timed_out_tokens,
      total (changed_count) as all_changed,
      total (changed_sum) as all_changed_tokens,
      total (kept_by_hour_sum) as all_kept_by_hour,
      sum(read_sum * (input_price - read_price)) as savings_usd,
      sum((five_minute_sum + unknown_sum) * short_price + one_hour_sum * long_price) as writes_usd,
      sum((five_minute_sum + unknown_sum) * (short_price - input_price) + one_hour_sum * (long_price - input_price)) as premium_usd,
      sum(unread_short_sum * short_price + unread_long_sum * long_price) as unread_usd,
      sum(
        again_long_sum * (long_price - read_price) + again_short_sum * (short_price - read_price) + again_uncached_sum * (input_price - read_price)
      ) as again_usd,
      sum(kept_by_hour_sum * (short_price - read_price) - (five_minute_sum + unknown_sum) * (long_price - short_price)) as hour_usd,
      sum(one_hour_sum * (long_price - short_price) - read_late_sum * (short_price - read_price)) as minutes_usd,
      max(share (long_price - short_price, short_price - read_price)) as even_share
    from
      with_money
    group by
      phase,
      agent,
      model
  )
select
  phase,
  agent,
  model,
  call_sum as model_calls,
  all_input as input_tokens,
  all_uncached as uncached_input_tokens,
  all_read as cache_read_tokens,
  all_five_minute as cache_write_5m_tokens,
  all_one_hour as cache_write_1h_tokens,
  all_unknown as cache_write_unknown_tokens,
  share (all_read, all_input) as cache_hit_ratio,
  cast(savings_usd as decimal(38, 12)) as read_savings_usd,
  cast(writes_usd as decimal(38, 12)) as write_cost_usd,
  cast(premium_usd as decimal(38, 12)) as write_premium_usd,
  cast(savings_usd - premium_usd as decimal(38, 12)) as net_savings_usd,
  all_unread as unread_writes,
  all_unread_tokens as unread_write_tokens,
  cast(unread_usd as decimal(38, 12)) as unread_write_usd,
  all_timed_out as timed_out_losses,
  all_timed_out_tokens as timed_out_tokens,
  all_changed as changed_prefix_losses,
  all_changed_tokens as changed_prefix_tokens,
  cast(again_usd as decimal(38, 12)) as lost_usd,
  share (all_kept_by_hour, all_five_minute + all_unknown) as rewritten_ratio,
  even_share as break_even_ratio,
  cast(hour_usd as decimal(38, 12)) as one_hour_gain_usd,
  cast(minutes_usd as decimal(38, 12)) as five_minute_gain_usd,
  case
    when hour_usd is null then cast(null as varchar)
    when hour_usd > 0 then '1h'
    when minutes_usd > 0 then '5m'
    else 'as it is'
  end as cheaper_lifetime,
  without_price_sum as calls_without_price
from
  summed
order by
  savings_usd desc nulls last,
  all_input desc,
  phase nulls last,
  agent nulls last,
  model nulls last;
