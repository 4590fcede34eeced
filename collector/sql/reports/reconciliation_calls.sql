-- The model calls on which two layers disagree, one row for each pair of layers, both sides beside each other. What a layer does not tell is no disagreement, nor is a difference of cost up to the millionth of a dollar to which sources round.
-- title: Calls that layers disagree on
-- grain: call and pair of layers
-- reads: call_evidence, call_ledger
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
-- parameter: limit integer default 1000: Most rows to list.
-- column: call_key: Identity of the call; joins to model_calls and model_call_evidence.
-- column: started_at: When the request was sent (UTC).
-- column: model: Canonical name of the model.
-- column: left_layer: First of the two layers: a dialect and whether span or log reports it, or computed for the cost that the price table gives.
-- column: right_layer: The other layer, or reported for the cost that a source states.
-- column: left_uncached_input_tokens: The left side: input that was neither read from nor written to the cache; NULL when it tells none.
-- column: left_cache_read_tokens: The left side: input read from the prompt cache; NULL when it tells none.
-- column: left_cache_write_5m_tokens: The left side: input written to the prompt cache for 5 minutes; NULL when it tells none.
-- column: left_cache_write_1h_tokens: The left side: input written to the prompt cache for 1 hour; NULL when it tells none.
-- column: left_cache_write_unknown_tokens: The left side: input written to the prompt cache for a time that was not reported; NULL when it tells none.
-- column: left_input_tokens: The left side: whole input, the sum of the buckets; NULL when it tells none.
-- column: left_output_tokens: The left side: output, reasoning included; NULL when it tells none.
-- column: left_cost_usd: The left side: cost; NULL when it states none.
-- column: right_uncached_input_tokens: The right side: input that was neither read from nor written to the cache; NULL when it tells none.
-- column: right_cache_read_tokens: The right side: input read from the prompt cache; NULL when it tells none.
-- column: right_cache_write_5m_tokens: The right side: input written to the prompt cache for 5 minutes; NULL when it tells none.
-- column: right_cache_write_1h_tokens: The right side: input written to the prompt cache for 1 hour; NULL when it tells none.
-- column: right_cache_write_unknown_tokens: The right side: input written to the prompt cache for a time that was not reported; NULL when it tells none.
-- column: right_input_tokens: The right side: whole input, the sum of the buckets; NULL when it tells none.
-- column: right_output_tokens: The right side: output, reasoning included; NULL when it tells none.
-- column: right_cost_usd: The right side: cost; NULL when it states none.
-- column: difference_tokens: Input and output together of the right side less the left one, of what both tell.
-- column: cost_difference_usd: Cost of the right side less the left one; NULL unless both state one.
-- column: disagreement: What the layers of the call disagree on, in words, this pair and others; a difference between computed and reported cost is named last.
-- column: run_id: Identity of the run; joins to runs.
-- column: phase: Name of the phase; NULL outside any phase.
-- column: agent: Name of the acting agent; NULL outside any agent.
-- column: session_id: Session that it belongs to; joins to sessions.
-- column: service: Service that sent it (service.name).
-- column: trace_id: Trace that it belongs to (32 hex digits).
-- column: span_id: Span that tells of it (16 hex digits).
with
  chosen_calls as (
    select
      call_key,
      trace_id,
      span_id,
      run_id,
      phase,
      agent,
      session_id,
      service,
      request_model,
      response_model,
      model,
      started_at,
      cost_usd,
      cost_reported_usd,
      disagreements,
      uncached_input_tokens,
      cache_read_tokens,
      cache_write_5m_tokens,
      cache_write_1h_tokens,
      cache_write_unknown_tokens,
      output_tokens,
      day_in (started_at, as_text ($tz)) as call_day,
      input_total (
        uncached_input_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        cache_write_unknown_tokens
      ) as input_count,
      joined_text (disagreements) as disagreement
    from
      call_ledger
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
  stated as (
    select
      e.call_key,
      e.dialect || ' (' || e.source || ')' as layer,
      min(c.call_day) as call_day,
      min(c.model) as model,
      max(e.uncached_input_tokens) as uncached_input_tokens,
      max(e.cache_read_tokens) as cache_read_tokens,
      max(e.cache_write_5m_tokens) as cache_write_5m_tokens,
      max(e.cache_write_1h_tokens) as cache_write_1h_tokens,
      max(e.cache_write_unknown_tokens) as cache_write_unknown_tokens,
      max(
        input_total (
          e.uncached_input_tokens,
          e.cache_read_tokens,
          e.cache_write_5m_tokens,
          e.cache_write_1h_tokens,
          e.cache_write_unknown_tokens
        )
      ) as input_count,
      max(e.output_tokens) as output_tokens,
      max(e.reasoning_tokens) as reasoning_tokens,
      max(e.cost_reported_usd) as stated_usd,
      min(c.disagreement) as disagreement
    from
      call_evidence as e
      join chosen_calls as c on c.call_key = e.call_key
    where
      e.started_at >= day_before (as_time ($since))
      and c.disagreement is not null
    group by
      e.call_key,
      e.dialect,
      e.source
  ),
  disagreeing as (
    select
      l.call_key as pair_call_key,
      l.layer as left_name,
      r.layer as right_name,
      l.uncached_input_tokens as left_uncached_input_tokens,
      l.cache_read_tokens as left_cache_read_tokens,
      l.cache_write_5m_tokens as left_cache_write_5m_tokens,
      l.cache_write_1h_tokens as left_cache_write_1h_tokens,
      l.cache_write_unknown_tokens as left_cache_write_unknown_tokens,
      l.input_count as left_input_count,
      l.output_tokens as left_output_tokens,
      l.stated_usd as left_stated_usd,
      r.uncached_input_tokens as right_uncached_input_tokens,
      r.cache_read_tokens as right_cache_read_tokens,
      r.cache_write_5m_tokens as right_cache_write_5m_tokens,
      r.cache_write_1h_tokens as right_cache_write_1h_tokens,
      r.cache_write_unknown_tokens as right_cache_write_unknown_tokens,
      r.input_count as right_input_count,
      r.output_tokens as right_output_tokens,
      r.stated_usd as right_stated_usd,
      l.disagreement as words
    from
      stated as l
      join stated as r on r.call_key = l.call_key
    where
      l.layer < r.layer
      and l.disagreement is not null
      and (
        differs (l.uncached_input_tokens, r.uncached_input_tokens)
        or differs (l.cache_read_tokens, r.cache_read_tokens)
        or differs (
          write_total (l.cache_write_5m_tokens, l.cache_write_1h_tokens, l.cache_write_unknown_tokens),
          write_total (r.cache_write_5m_tokens, r.cache_write_1h_tokens, r.cache_write_unknown_tokens)
        )
        or (
          coalesce(l.cache_write_unknown_tokens, 0) = 0
          and coalesce(r.cache_write_unknown_tokens, 0) = 0
          and (
            differs (l.cache_write_5m_tokens, r.cache_write_5m_tokens)
            or differs (l.cache_write_1h_tokens, r.cache_write_1h_tokens)
          )
        )
        or differs (l.output_tokens, r.output_tokens)
        or differs (l.reasoning_tokens, r.reasoning_tokens)
        or models_differ (l.disagreement, l.layer, r.layer)
      )
    union all
    select
      call_key,
      'computed',
      'reported',
      uncached_input_tokens,
      cache_read_tokens,
      cache_write_5m_tokens,
      cache_write_1h_tokens,
      cache_write_unknown_tokens,
      input_count,
      output_tokens,
      cost_usd,
      uncached_input_tokens,
      cache_read_tokens,
      cache_write_5m_tokens,
      cache_write_1h_tokens,
      cache_write_unknown_tokens,
      input_count,
      output_tokens,
      cost_reported_usd,
      coalesce(disagreement || '; ', '') || 'cost: computed and reported differ'
    from
      chosen_calls
    where
      cost_differs (cost_usd, cost_reported_usd)
  )
select
  d.pair_call_key as call_key,
  c.started_at,
  c.model,
  d.left_name as left_layer,
  d.right_name as right_layer,
  d.left_uncached_input_tokens,
  d.left_cache_read_tokens,
  d.left_cache_write_5m_tokens,
  d.left_cache_write_1h_tokens,
  d.left_cache_write_unknown_tokens,
  d.left_input_count as left_input_tokens,
  d.left_output_tokens,
  d.left_stated_usd as left_cost_usd,
  d.right_uncached_input_tokens,
  d.right_cache_read_tokens,
  d.right_cache_write_5m_tokens,
  d.right_cache_write_1h_tokens,
  d.right_cache_write_unknown_tokens,
  d.right_input_count as right_input_tokens,
  d.right_output_tokens,
  d.right_stated_usd as right_cost_usd,
  coalesce(d.right_input_count - d.left_input_count, 0) + coalesce(d.right_output_tokens - d.left_output_tokens, 0) as difference_tokens,
  d.right_stated_usd - d.left_stated_usd as cost_difference_usd,
  d.words as disagreement,
  c.run_id,
  c.phase,
  c.agent,
  c.session_id,
  c.service,
  c.trace_id,
  c.span_id
from
  disagreeing as d
  join chosen_calls as c on c.call_key = d.pair_call_key
order by
  c.started_at desc,
  d.pair_call_key,
  d.left_name,
  d.right_name
limit
  as_count ($limit);
