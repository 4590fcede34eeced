-- Models whose price is not known, and what went through them: cost is too low by what they took.
-- title: Unpriced models
-- grain: model and reason
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
-- column: provider: Who was asked.
-- column: model: Name of the model as far as it is known.
-- column: reason: Why there is no price.
-- column: model_calls: Calls without a price.
-- column: input_tokens: Whole input of those calls.
-- column: output_tokens: Output of those calls, reasoning included.
-- column: reported_usd: Cost that sources stated for those calls; 0 when none did.
-- column: first_seen_at: When the first of them started (UTC).
-- column: last_seen_at: When the last of them ended (UTC).
select
  provider,
  model,
  unpriced_reason as reason,
  count(*) as model_calls,
  total (
    input_total (
      uncached_input_tokens,
      cache_read_tokens,
      cache_write_5m_tokens,
      cache_write_1h_tokens,
      cache_write_unknown_tokens
    )
  ) as input_tokens,
  total (output_tokens) as output_tokens,
  usd (sum(cost_reported_usd)) as reported_usd,
  min(started_at) as first_seen_at,
  max(ended_at) as last_seen_at
from
  call_ledger
where
  unpriced_reason is not null
  and started_at >= as_time ($since)
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
group by
  provider,
  model,
  unpriced_reason
order by
  model_calls desc,
  model nulls last,
  reason;
