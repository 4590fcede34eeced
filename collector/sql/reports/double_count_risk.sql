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
      key_hash (e.call_key) as call_hash,
      case
        when e.source = 'span' then series_hash (e.trace_id, e.span_id, '', '')
        else key_hash (e.evidence_id)
      end as place_hash,
      e.counted,
      e.dialect,
      e.source,
      e.service,
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
    select distinct
      call_hash
    from
      chosen_evidence
    where
      not counted
  ),
  told_calls as (
    select
      key_hash (call_key) as call_hash,
      model
    from
      call_ledger
    where
      started_at >= day_before (as_time ($since))
  ),
  repeating as (
    select
      e.call_hash,
      e.place_hash,
      e.counted,
      e.dialect,
      e.source,
      e.service,
      e.started_at,
      e.cost_reported_usd,
      e.token_count,
      c.call_hash is not null as is_call
    from
      chosen_evidence as e
      join uncounted as u on u.call_hash = e.call_hash
      left join told_calls as c on c.call_hash = e.call_hash
    where
      as_text ($model) is null
      or coalesce(c.model, e.reported_model) = as_text ($model)
  ),
  places as (
    select
      series_hash (trace_id, span_id, '', '') as place_hash,
      scope_id
    from
      spans
    where
      started_at >= day_before (as_time ($since))
    union all
    select
      key_hash ('log:' || log_id),
      scope_id
    from
      logs
    where
      recorded_at >= day_before (as_time ($since))
  ),
  placed as (
    select
      e.call_hash,
      series_hash (e.service, o.name, o.version, layer_name (e.dialect, e.source)) as emitter_hash,
      e.service,
      coalesce(o.name, '') as scope_name,
      coalesce(o.version, '') as scope_version,
      e.dialect,
      e.source,
      e.counted,
      e.is_call,
      e.started_at,
      e.cost_reported_usd,
      e.token_count
    from
      repeating as e
      join places as p on p.place_hash = e.place_hash
      left join scopes as o on o.scope_id = p.scope_id
  ),
  emitters as (
    select distinct
      emitter_hash,
      service,
      scope_name,
      scope_version,
      dialect,
      source
    from
      placed
  ),
  met as (
    select
      r.emitter_hash as repeating_hash,
      k.emitter_hash as counted_hash,
      count(distinct r.call_hash) as call_count,
      sum(r.token_count) as token_sum,
      sum(r.cost_reported_usd) as money_sum,
      min(r.started_at) as first_at,
      max(r.started_at) as last_at
    from
      placed as r
      join placed as k on k.call_hash = r.call_hash
    where
      k.counted
      and not r.counted
      and r.is_call
    group by
      r.emitter_hash,
      k.emitter_hash
    union all
    select
      emitter_hash,
      cast(null as ubigint),
      count(distinct call_hash),
      sum(token_count),
      sum(cost_reported_usd),
      min(started_at),
      max(started_at)
    from
      placed
    where
      not counted
      and not is_call
      and token_count > 0
    group by
      emitter_hash
  ),
  repeated as (
    select
      r.service,
      r.scope_name,
      r.scope_version,
      r.dialect,
      r.source,
      case
        when m.counted_hash is null then 'sum of calls'
        else 'same call'
      end as repeats,
      k.service as counted_service,
      k.scope_name as counted_scope_name,
      k.scope_version as counted_scope_version,
      k.dialect as counted_dialect,
      coalesce(k.service, '') = coalesce(r.service, '') as is_same_service,
      coalesce(k.dialect = r.dialect, true) as is_same_dialect,
      m.call_count,
      m.token_sum,
      m.money_sum,
      m.first_at,
      m.last_at
    from
      met as m
      join emitters as r on r.emitter_hash = m.repeating_hash
      left join emitters as k on k.emitter_hash = m.counted_hash
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
  total (call_count) as model_calls,
  total (token_sum) as repeated_tokens,
  sum(money_sum) as repeated_usd,
  min(first_at) as first_seen_at,
  max(last_at) as last_seen_at,
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
