-- Usage that only metrics tell of: sessions (for metrics without a session: services) of which no model call is known. It is in no other figure; to have calls, phases and agents, switch on the sender's traces or events.
-- title: Usage known from metrics only
-- grain: session, service, model and family of metrics
-- reads: call_ledger, metric_usage
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
-- column: session_id: Identity of the session; NULL for metrics without one.
-- column: service: Service that sent the metrics (service.name).
-- column: user_id: Who used it.
-- column: model: Model as the metrics name it.
-- column: metric_family: Set of metrics that states the usage: claude_code, gen_ai.client.inference.usage or gen_ai.client.token.usage. Two families of one sender repeat each other.
-- column: uncached_input_tokens: Input that was neither read from nor written to the cache; NULL when the metrics do not tell it apart.
-- column: cache_read_tokens: Input read from the prompt cache; NULL when the metrics do not tell it apart.
-- column: cache_write_tokens: Input written to the prompt cache, of whatever lifetime; NULL when the metrics do not tell it apart.
-- column: input_tokens: Whole input.
-- column: output_tokens: Output, reasoning included.
-- column: metric_cost_usd: Cost that the metrics state; NULL when they state none.
-- column: first_seen_at: Start of the first interval (UTC), its end where the start is not known.
-- column: last_seen_at: End of the last interval (UTC).
with
  chosen_usage as (
    select
      *
    from
      metric_usage
    where
      ended_at >= as_time ($since)
      and ended_at < as_time ($until)
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
  called_sessions as (
    select distinct
      session_id
    from
      call_ledger
    where
      session_id in (
        select
          session_id
        from
          chosen_usage
      )
  ),
  called_services as (
    select distinct
      service
    from
      call_ledger
    where
      service in (
        select
          service
        from
          chosen_usage
        where
          session_id is null
      )
  ),
  alone as (
    select
      u.*
    from
      chosen_usage as u
      left join called_sessions as c on c.session_id = u.session_id
      left join called_services as s on s.service = u.service
    where
      c.session_id is null
      and (
        u.session_id is not null
        or s.service is null
      )
  ),
  summed as (
    select
      session_id,
      service,
      user_id,
      model,
      metric_family,
      sum(
        case
          when usage = 'uncached_input' then usage_tokens
        end
      ) as uncached_sum,
      sum(
        case
          when usage = 'input' then usage_tokens
        end
      ) as whole_sum,
      sum(
        case
          when usage = 'cache_read' then usage_tokens
        end
      ) as read_sum,
      sum(
        case
          when usage = 'cache_write' then usage_tokens
        end
      ) as written_sum,
      total (
        case
          when usage = 'output' then usage_tokens
        end
      ) as output_sum,
      sum(usage_usd) as money_sum,
      min(coalesce(started_at, ended_at)) as first_at,
      max(ended_at) as last_at
    from
      alone
    group by
      session_id,
      service,
      user_id,
      model,
      metric_family
  )
select
  session_id,
  service,
  user_id,
  model,
  metric_family,
  cast(
    case
      when metric_family = 'gen_ai.client.inference.usage' then whole_sum - coalesce(read_sum, 0) - coalesce(written_sum, 0)
      else uncached_sum
    end as bigint
  ) as uncached_input_tokens,
  cast(read_sum as bigint) as cache_read_tokens,
  cast(written_sum as bigint) as cache_write_tokens,
  cast(
    case
      when metric_family = 'claude_code' then coalesce(uncached_sum, 0) + coalesce(read_sum, 0) + coalesce(written_sum, 0)
      else coalesce(whole_sum, 0)
    end as bigint
  ) as input_tokens,
  output_sum as output_tokens,
  money_sum as metric_cost_usd,
  first_at as first_seen_at,
  last_at as last_seen_at
from
  summed
order by
  last_at desc,
  session_id nulls last,
  service nulls last,
  model nulls last,
  metric_family;
