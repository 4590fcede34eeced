-- Emitters that report the same model calls as another one: each call is counted once here, but whatever adds up all spans counts it twice. Says since when, what it would come to, and what to switch off.
-- title: Double counting risk
-- grain: emitter, what it repeats, and the emitter that counts
-- reads: call_evidence, call_ledger, logs, scopes, spans
-- parameter: since timestamp default 7d: Start of the window (inclusive): a span of time before until such as 90m, 24h or 7d, an ISO 8601 time, or a date in tz.
-- parameter: until timestamp default now: End of the window (exclusive): now, an ISO 8601 time, or a date in tz.
-- parameter: tz text default UTC: IANA time zone in which dates, and times without an offset, are read.
-- parameter: run_name text default none: Only runs of this series.
-- parameter: phase text default none: Only this phase.
-- parameter: agent text default none: Only this agent.
-- parameter: model text default none: Only this model (canonical name).
-- parameter: service text default none: Only this service.
-- parameter: session text default none: Only this session (session_id).
-- parameter: user text default none: Only this user (user_id).
-- column: service: Service whose reports do not count (service.name).
-- column: scope_name: Instrumentation scope that writes them.
-- column: scope_version: Version of that scope.
-- column: dialect: Dialect that they are written in.
-- column: source: span or log.
-- column: repeats: same call: another report of a call that counts. sum of calls: a total over calls that are reported one by one as well.
-- column: counted_service: Service whose report counts; NULL for a sum of calls.
-- column: counted_scope_name: Scope whose report counts; NULL for a sum of calls.
-- column: counted_scope_version: Version of that scope; NULL for a sum of calls.
-- column: counted_dialect: Dialect of the report that counts; NULL for a sum of calls.
-- column: model_calls: Calls that are reported twice; for sums of calls, the sums.
-- column: repeated_tokens: Input and output that a program which adds up every span would count twice.
-- column: repeated_usd: Cost that the repeated reports state themselves; NULL when they state none.
-- column: first_seen_at: When the first of them started (UTC).
-- column: last_seen_at: When the last of them started (UTC).
-- column: advice: What can be switched off, in a sentence. Here each call counts once either way.
with
  chosen_evidence as (
    select
      e.evidence_id,
      e.call_key,
      e.counted,
      e.dialect,
      e.source,
      e.service,
      e.trace_id,
      e.span_id,
      e.started_at,
      e.cost_reported_usd,
      coalesce(
        input_total (
          e.uncached_input_tokens,
          e.cache_read_tokens,
          e.cache_write_5m_tokens,
          e.cache_write_1h_tokens,
          e.cache_write_unknown_tokens
        ),
        0
      ) + coalesce(e.output_tokens, 0) as token_count,
      coalesce(e.response_model, e.request_model) as reported_model
    from
      call_evidence as e
    where
      e.started_at >= as_time ($since)
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
        as_text ($agent) is null
        or e.agent = as_text ($agent)
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
  ),
  uncounted as (
    select
      call_key
    from
      chosen_evidence
    where
      not counted
    group by
      call_key
  ),
  told_calls as (
    select
      c.call_key,
      c.model
    from
      call_ledger as c
      join uncounted as u on u.call_key = c.call_key
    where
      c.started_at >= day_before (as_time ($since))
  ),
  repeating as (
    select
      e.evidence_id,
      e.call_key,
      e.counted,
      e.dialect,
      e.source,
      e.service,
      e.trace_id,
      e.span_id,
      e.started_at,
      e.cost_reported_usd,
      e.token_count,
      c.call_key is not null as is_call
    from
      chosen_evidence as e
      join uncounted as u on u.call_key = e.call_key
      left join told_calls as c on c.call_key = e.call_key
    where
      as_text ($model) is null
      or coalesce(c.model, e.reported_model) = as_text ($model)
  ),
  placed as (
    select
      e.*,
      s.scope_id
    from
      repeating as e
      join spans as s on s.trace_id = e.trace_id
      and s.span_id = e.span_id
    where
      e.source = 'span'
      and s.started_at >= day_before (as_time ($since))
    union all
    select
      e.*,
      l.scope_id
    from
      repeating as e
      join logs as l on 'log:' || l.log_id = e.evidence_id
    where
      e.source = 'log'
      and l.recorded_at >= day_before (as_time ($since))
  ),
  emitted as (
    select
      p.*,
      coalesce(o.name, '') as scope_name,
      coalesce(o.version, '') as scope_version
    from
      placed as p
      left join scopes as o on o.scope_id = p.scope_id
  ),
  repeated as (
    select
      r.service,
      r.scope_name,
      r.scope_version,
      r.dialect,
      r.source,
      'same call' as repeats,
      k.service as counted_service,
      k.scope_name as counted_scope_name,
      k.scope_version as counted_scope_version,
      k.dialect as counted_dialect,
      coalesce(k.service, '') = coalesce(r.service, '') as is_same_service,
      k.dialect = r.dialect as is_same_dialect,
      r.call_key,
      r.token_count,
      r.cost_reported_usd,
      r.started_at
    from
      emitted as r
      join emitted as k on k.call_key = r.call_key
      and k.counted
    where
      not r.counted
      and r.is_call
    union all
    select
      service,
      scope_name,
      scope_version,
      dialect,
      source,
      'sum of calls' as repeats,
      cast(null as varchar),
      cast(null as varchar),
      cast(null as varchar),
      cast(null as varchar),
      true,
      true,
      call_key,
      token_count,
      cost_reported_usd,
      started_at
    from
      emitted
    where
      not counted
      and not is_call
      and token_count > 0
  )
select
  service,
  scope_name,
  scope_version,
  dialect,
  source,
  repeats,
  counted_service,
  counted_scope_name,
  counted_scope_version,
  counted_dialect,
  count(distinct call_key) as model_calls,
  total (token_count) as repeated_tokens,
  sum(cost_reported_usd) as repeated_usd,
  min(started_at) as first_seen_at,
  max(started_at) as last_seen_at,
  case
    when repeats = 'sum of calls' then 'Nothing to switch off: ' || scope_name || ' repeats the usage of its calls on the spans around them; leave those spans out where all spans are added up.'
    when is_same_dialect
    and is_same_service then 'Nothing to switch off: one program reports each call in two ways; add up only what ' || counted_scope_name || ' writes.'
    when not is_same_service then 'Both ends of the call report it; where all spans are added up, leave out those of ' || coalesce(service, 'the unnamed service') || ' (' || scope_name || ').'
    else 'Switch off ' || scope_name || ' in ' || coalesce(service, 'the unnamed service') || ', or keep it for its labels alone: ' || counted_scope_name || ' reports the same calls.'
  end as advice
from
  repeated
group by
  service,
  scope_name,
  scope_version,
  dialect,
  source,
  repeats,
  counted_service,
  counted_scope_name,
  counted_scope_version,
  counted_dialect,
  is_same_dialect,
  is_same_service
order by
  repeated_tokens desc,
  service nulls last,
  scope_name,
  scope_version,
  source,
  counted_scope_name nulls last;
