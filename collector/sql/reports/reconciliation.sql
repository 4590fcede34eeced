-- What two layers that report the same calls say of each day and model, side by side: a pair is shown when they share a call in the window. The pair computed and reported compares costs; the pairs with metrics compare what the services that send such metrics have had counted with what their metrics say.
-- title: Reconciliation
-- grain: day, model and pair of layers
-- reads: call_evidence, call_ledger, metric_usage
-- parameter: since timestamp default 7d: Start of the window (inclusive): a span of time before until such as 90m, 24h or 7d, an ISO 8601 time, or a date in tz.
-- parameter: until timestamp default now: End of the window (exclusive): now, an ISO 8601 time, or a date in tz.
-- parameter: tz text default UTC: IANA time zone in which dates, and times without an offset, are read, and in which days begin.
-- parameter: run_name text default none: Only runs of this series.
-- parameter: phase text default none: Only this phase.
-- parameter: agent text default none: Only this agent.
-- parameter: model text default none: Only this model (canonical name).
-- parameter: service text default none: Only this service.
-- parameter: session text default none: Only this session (session_id).
-- parameter: user text default none: Only this user (user_id).
-- column: day: Calendar day in tz on which the calls started; of metrics, on which they were measured.
-- column: model: Canonical name of the model; NULL when no layer names one.
-- column: left_layer: First of the two layers: a dialect and whether span or log reports it, computed for the cost that the price table gives, or counted for the calls that count.
-- column: right_layer: The other layer, reported for the cost that sources state, or metrics with the family of metrics.
-- column: shared_calls: Calls that both tell of; NULL for metrics, which tell of no calls.
-- column: left_only_calls: Calls that only the left side tells of; NULL for metrics.
-- column: right_only_calls: Calls that only the right side tells of; NULL for metrics.
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
-- column: input_difference_tokens: Whole input of the right side less the left one, calls that only one tells of included.
-- column: output_difference_tokens: Output of the right side less the left one, calls that only one tells of included.
-- column: tokens_difference_ratio: Both differences together as a ratio of the left side's tokens: 0.1 is a tenth more; NULL when that has none.
-- column: shared_difference_tokens: Input and output of the right side less the left one, of what both tell on the calls that both tell of; NULL for metrics.
-- column: cost_difference_usd: Cost of the right side less the left one, of the calls for which both state one; of metrics, of all.
-- column: cost_difference_ratio: That difference as a ratio of the left side's cost; NULL when that is 0 or unknown.
-- column: disagreeing_calls: Calls that both tell of and disagree on; reconciliation_calls lists them. NULL for metrics.
-- column: example_call_keys: Up to ten of them; NULL when there are none.
with
  chosen_calls as (
    select
      call_key,
      key_hash (call_key) as call_hash,
      key_hash (model) as model_hash,
      service,
      request_model,
      response_model,
      model,
      cost_usd,
      cost_reported_usd,
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
  models as (
    select distinct
      model_hash,
      model
    from
      chosen_calls
  ),
  layers as (
    select
      dialect,
      source,
      layer_name (dialect, source) as layer,
      row_number() over (
        order by
          layer_name (dialect, source)
      ) as layer_number
    from
      call_evidence
    where
      started_at >= day_before (as_time ($since))
    group by
      dialect,
      source
  ),
  told as (
    select
      c.call_hash,
      c.call_day,
      c.model_hash,
      n.layer_number,
      e.uncached_input_tokens,
      e.cache_read_tokens,
      e.cache_write_5m_tokens,
      e.cache_write_1h_tokens,
      e.cache_write_unknown_tokens,
      input_total (
        e.uncached_input_tokens,
        e.cache_read_tokens,
        e.cache_write_5m_tokens,
        e.cache_write_1h_tokens,
        e.cache_write_unknown_tokens
      ) as input_count,
      e.output_tokens,
      e.cost_reported_usd as stated_usd
    from
      call_evidence as e
      join chosen_calls as c on c.call_hash = key_hash (e.call_key)
      left join layers as n on n.dialect = e.dialect
      and n.source = e.source
    where
      e.started_at >= day_before (as_time ($since))
  ),
  told_twice as (
    select
      call_hash,
      layer_number
    from
      told
    group by
      call_hash,
      layer_number
    having
      count(*) > 1
  ),
  stated as (
    select
      t.*
    from
      told as t
      left join told_twice as w on w.call_hash = t.call_hash
      and w.layer_number = t.layer_number
    where
      w.call_hash is null
    union all
    select
      t.call_hash,
      min(t.call_day),
      min(t.model_hash),
      t.layer_number,
      max(t.uncached_input_tokens),
      max(t.cache_read_tokens),
      max(t.cache_write_5m_tokens),
      max(t.cache_write_1h_tokens),
      max(t.cache_write_unknown_tokens),
      max(t.input_count),
      max(t.output_tokens),
      max(t.stated_usd)
    from
      told as t
      join told_twice as w on w.call_hash = t.call_hash
      and w.layer_number = t.layer_number
    group by
      t.call_hash,
      t.layer_number
  ),
  shared_slots as (
    select
      l.call_day,
      l.model_hash,
      l.layer_number as left_number,
      r.layer_number as right_number,
      count(*) as shared_count,
      sum(coalesce(r.input_count - l.input_count, 0) + coalesce(r.output_tokens - l.output_tokens, 0)) as shared_difference,
      sum(
        case
          when r.stated_usd is not null then l.stated_usd
        end
      ) as left_common_sum,
      sum(
        case
          when l.stated_usd is not null then r.stated_usd
        end
      ) as right_common_sum
    from
      stated as l
      join stated as r on r.call_hash = l.call_hash
      and l.layer_number < r.layer_number
    group by
      l.call_day,
      l.model_hash,
      l.layer_number,
      r.layer_number
  ),
  shared_days as (
    select
      s.call_day,
      m.model,
      l.layer as left_name,
      r.layer as right_name,
      s.shared_count,
      s.shared_difference,
      s.left_common_sum,
      s.right_common_sum
    from
      shared_slots as s
      join models as m on m.model_hash = s.model_hash
      join layers as l on l.layer_number = s.left_number
      join layers as r on r.layer_number = s.right_number
    union all
    select
      call_day,
      model,
      'computed',
      'reported',
      count(*),
      0,
      sum(cost_usd),
      sum(cost_reported_usd)
    from
      chosen_calls
    where
      cost_usd is not null
      and cost_reported_usd is not null
    group by
      call_day,
      model
  ),
  contested as (
    select
      c.call_hash,
      layer_name (e.dialect, e.source) as layer,
      min(c.call_day) as call_day,
      min(c.model) as model,
      min(c.call_key) as call_key,
      min(c.disagreement) as disagreement,
      max(e.uncached_input_tokens) as uncached_input_tokens,
      max(e.cache_read_tokens) as cache_read_tokens,
      max(e.cache_write_5m_tokens) as cache_write_5m_tokens,
      max(e.cache_write_1h_tokens) as cache_write_1h_tokens,
      max(e.cache_write_unknown_tokens) as cache_write_unknown_tokens,
      max(e.output_tokens) as output_tokens,
      max(e.reasoning_tokens) as reasoning_tokens
    from
      call_evidence as e
      join chosen_calls as c on c.call_hash = key_hash (e.call_key)
    where
      c.disagreement is not null
      and e.started_at >= day_before (as_time ($since))
    group by
      c.call_hash,
      e.dialect,
      e.source
  ),
  disagreeing as (
    select
      l.call_day,
      l.model,
      l.layer as left_name,
      r.layer as right_name,
      l.call_key
    from
      contested as l
      join contested as r on r.call_hash = l.call_hash
    where
      l.layer < r.layer
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
      call_day,
      model,
      'computed',
      'reported',
      call_key
    from
      chosen_calls
    where
      cost_differs (cost_usd, cost_reported_usd)
  ),
  disagreeing_days as (
    select
      call_day,
      model,
      left_name,
      right_name,
      count(*) as disagreeing_count,
      first_few (call_key) as disagreeing_keys
    from
      disagreeing
    group by
      call_day,
      model,
      left_name,
      right_name
  ),
  pairs as (
    select distinct
      left_name,
      right_name
    from
      shared_days
  ),
  layer_slots as (
    select
      call_day,
      model_hash,
      layer_number,
      count(*) as call_count,
      sum(uncached_input_tokens) as uncached_input_tokens_sum,
      sum(cache_read_tokens) as cache_read_tokens_sum,
      sum(cache_write_5m_tokens) as cache_write_5m_tokens_sum,
      sum(cache_write_1h_tokens) as cache_write_1h_tokens_sum,
      sum(cache_write_unknown_tokens) as cache_write_unknown_tokens_sum,
      sum(input_count) as input_count_sum,
      sum(output_tokens) as output_tokens_sum,
      sum(stated_usd) as stated_usd_sum
    from
      stated
    group by
      call_day,
      model_hash,
      layer_number
  ),
  layer_days as (
    select
      s.call_day,
      m.model,
      n.layer,
      s.call_count,
      s.uncached_input_tokens_sum,
      s.cache_read_tokens_sum,
      s.cache_write_5m_tokens_sum,
      s.cache_write_1h_tokens_sum,
      s.cache_write_unknown_tokens_sum,
      s.input_count_sum,
      s.output_tokens_sum,
      s.stated_usd_sum
    from
      layer_slots as s
      join models as m on m.model_hash = s.model_hash
      join layers as n on n.layer_number = s.layer_number
    union all
    select
      call_day,
      model,
      'computed' as layer,
      count(*) as call_count,
      sum(uncached_input_tokens) as uncached_input_tokens_sum,
      sum(cache_read_tokens) as cache_read_tokens_sum,
      sum(cache_write_5m_tokens) as cache_write_5m_tokens_sum,
      sum(cache_write_1h_tokens) as cache_write_1h_tokens_sum,
      sum(cache_write_unknown_tokens) as cache_write_unknown_tokens_sum,
      sum(input_count) as input_count_sum,
      sum(output_tokens) as output_tokens_sum,
      sum(cost_usd) as stated_usd_sum
    from
      chosen_calls
    where
      cost_usd is not null
    group by
      call_day,
      model
    union all
    select
      call_day,
      model,
      'reported' as layer,
      count(*) as call_count,
      sum(uncached_input_tokens) as uncached_input_tokens_sum,
      sum(cache_read_tokens) as cache_read_tokens_sum,
      sum(cache_write_5m_tokens) as cache_write_5m_tokens_sum,
      sum(cache_write_1h_tokens) as cache_write_1h_tokens_sum,
      sum(cache_write_unknown_tokens) as cache_write_unknown_tokens_sum,
      sum(input_count) as input_count_sum,
      sum(output_tokens) as output_tokens_sum,
      sum(cost_reported_usd) as stated_usd_sum
    from
      chosen_calls
    where
      cost_reported_usd is not null
    group by
      call_day,
      model
  ),
  paired as (
    select
      coalesce(l.call_day, r.call_day) as pair_day,
      coalesce(l.model, r.model) as pair_model,
      coalesce(l.left_name, r.left_name) as left_name,
      coalesce(l.right_name, r.right_name) as right_name,
      coalesce(l.call_count, 0) as left_calls,
      coalesce(r.call_count, 0) as right_calls,
      l.uncached_input_tokens_sum as left_uncached_input_tokens_sum,
      l.cache_read_tokens_sum as left_cache_read_tokens_sum,
      l.cache_write_5m_tokens_sum as left_cache_write_5m_tokens_sum,
      l.cache_write_1h_tokens_sum as left_cache_write_1h_tokens_sum,
      l.cache_write_unknown_tokens_sum as left_cache_write_unknown_tokens_sum,
      l.input_count_sum as left_input_count_sum,
      l.output_tokens_sum as left_output_tokens_sum,
      l.stated_usd_sum as left_stated_usd_sum,
      r.uncached_input_tokens_sum as right_uncached_input_tokens_sum,
      r.cache_read_tokens_sum as right_cache_read_tokens_sum,
      r.cache_write_5m_tokens_sum as right_cache_write_5m_tokens_sum,
      r.cache_write_1h_tokens_sum as right_cache_write_1h_tokens_sum,
      r.cache_write_unknown_tokens_sum as right_cache_write_unknown_tokens_sum,
      r.input_count_sum as right_input_count_sum,
      r.output_tokens_sum as right_output_tokens_sum,
      r.stated_usd_sum as right_stated_usd_sum
    from
      (
        select
          p.left_name,
          p.right_name,
          d.*
        from
          layer_days as d
          join pairs as p on p.left_name = d.layer
      ) as l
      full join (
        select
          p.left_name,
          p.right_name,
          d.*
        from
          layer_days as d
          join pairs as p on p.right_name = d.layer
      ) as r on r.left_name = l.left_name
      and r.right_name = l.right_name
      and r.call_day = l.call_day
      and coalesce(r.model, '') = coalesce(l.model, '')
  ),
  known_models as (
    select
      coalesce(response_model, request_model) as reported_model,
      min(model) as canonical_model
    from
      chosen_calls
    where
      coalesce(response_model, request_model) is not null
    group by
      coalesce(response_model, request_model)
  ),
  measured as (
    select
      m.metric_family,
      m.service,
      coalesce(k.canonical_model, m.model) as model,
      day_in (m.ended_at, as_text ($tz)) as metric_day,
      m.usage,
      m.usage_tokens,
      m.usage_usd
    from
      metric_usage as m
      left join known_models as k on k.reported_model = m.model
    where
      m.ended_at >= as_time ($since)
      and m.ended_at < as_time ($until)
      and (
        as_text ($run_name) is null
        or m.run_name = as_text ($run_name)
      )
      and (
        as_text ($phase) is null
        or m.phase = as_text ($phase)
      )
      and (
        as_text ($agent) is null
        or m.agent = as_text ($agent)
      )
      and (
        as_text ($service) is null
        or m.service = as_text ($service)
      )
      and (
        as_text ($session) is null
        or m.session_id = as_text ($session)
      )
      and (
        as_text ($user) is null
        or m.user_id = as_text ($user)
      )
      and (
        as_text ($model) is null
        or coalesce(k.canonical_model, m.model) = as_text ($model)
      )
  ),
  senders as (
    select distinct
      metric_family,
      service
    from
      measured
  ),
  metric_days as (
    select
      metric_day,
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
      sum(
        case
          when usage = 'output' then usage_tokens
        end
      ) as output_sum,
      sum(usage_usd) as money_sum
    from
      measured
    group by
      metric_day,
      model,
      metric_family
  ),
  counted_days as (
    select
      c.call_day,
      c.model,
      s.metric_family,
      sum(c.uncached_input_tokens) as uncached_input_tokens_sum,
      sum(c.cache_read_tokens) as cache_read_tokens_sum,
      sum(c.cache_write_5m_tokens) as cache_write_5m_tokens_sum,
      sum(c.cache_write_1h_tokens) as cache_write_1h_tokens_sum,
      sum(c.cache_write_unknown_tokens) as cache_write_unknown_tokens_sum,
      sum(c.input_count) as input_count_sum,
      sum(c.output_tokens) as output_tokens_sum,
      sum(c.cost_usd) as money_sum
    from
      chosen_calls as c
      join senders as s on s.service = c.service
    group by
      c.call_day,
      c.model,
      s.metric_family
  ),
  compared as (
    select
      p.pair_day,
      p.pair_model,
      p.left_name,
      p.right_name,
      coalesce(s.shared_count, 0) as shared_count,
      p.left_calls - coalesce(s.shared_count, 0) as left_count,
      p.right_calls - coalesce(s.shared_count, 0) as right_count,
      p.left_uncached_input_tokens_sum,
      p.left_cache_read_tokens_sum,
      p.left_cache_write_5m_tokens_sum,
      p.left_cache_write_1h_tokens_sum,
      p.left_cache_write_unknown_tokens_sum,
      p.left_input_count_sum,
      p.left_output_tokens_sum,
      p.left_stated_usd_sum,
      p.right_uncached_input_tokens_sum,
      p.right_cache_read_tokens_sum,
      p.right_cache_write_5m_tokens_sum,
      p.right_cache_write_1h_tokens_sum,
      p.right_cache_write_unknown_tokens_sum,
      p.right_input_count_sum,
      p.right_output_tokens_sum,
      p.right_stated_usd_sum,
      coalesce(s.shared_difference, 0) as shared_difference,
      s.left_common_sum,
      s.right_common_sum,
      coalesce(d.disagreeing_count, 0) as disagreeing_count,
      d.disagreeing_keys
    from
      paired as p
      left join shared_days as s on s.call_day = p.pair_day
      and s.left_name = p.left_name
      and s.right_name = p.right_name
      and coalesce(s.model, '') = coalesce(p.pair_model, '')
      left join disagreeing_days as d on d.call_day = p.pair_day
      and d.left_name = p.left_name
      and d.right_name = p.right_name
      and coalesce(d.model, '') = coalesce(p.pair_model, '')
    union all
    select
      coalesce(c.call_day, m.metric_day),
      coalesce(c.model, m.model),
      'counted',
      'metrics (' || coalesce(c.metric_family, m.metric_family) || ')',
      cast(null as bigint),
      cast(null as bigint),
      cast(null as bigint),
      c.uncached_input_tokens_sum,
      c.cache_read_tokens_sum,
      c.cache_write_5m_tokens_sum,
      c.cache_write_1h_tokens_sum,
      c.cache_write_unknown_tokens_sum,
      c.input_count_sum,
      c.output_tokens_sum,
      c.money_sum,
      case
        when m.metric_family = 'gen_ai.client.inference.usage' then m.whole_sum - coalesce(m.read_sum, 0) - coalesce(m.written_sum, 0)
        else m.uncached_sum
      end,
      m.read_sum,
      cast(null as bigint),
      cast(null as bigint),
      m.written_sum,
      case
        when m.metric_family = 'claude_code' then coalesce(m.uncached_sum, 0) + coalesce(m.read_sum, 0) + coalesce(m.written_sum, 0)
        else m.whole_sum
      end,
      m.output_sum,
      m.money_sum,
      cast(null as bigint),
      c.money_sum,
      m.money_sum,
      cast(null as bigint),
      cast(null as varchar)
    from
      counted_days as c
      full join metric_days as m on m.metric_day = c.call_day
      and m.metric_family = c.metric_family
      and coalesce(m.model, '') = coalesce(c.model, '')
  )
select
  pair_day as day,
  pair_model as model,
  left_name as left_layer,
  right_name as right_layer,
  shared_count as shared_calls,
  left_count as left_only_calls,
  right_count as right_only_calls,
  cast(left_uncached_input_tokens_sum as bigint) as left_uncached_input_tokens,
  cast(left_cache_read_tokens_sum as bigint) as left_cache_read_tokens,
  cast(left_cache_write_5m_tokens_sum as bigint) as left_cache_write_5m_tokens,
  cast(left_cache_write_1h_tokens_sum as bigint) as left_cache_write_1h_tokens,
  cast(left_cache_write_unknown_tokens_sum as bigint) as left_cache_write_unknown_tokens,
  cast(left_input_count_sum as bigint) as left_input_tokens,
  cast(left_output_tokens_sum as bigint) as left_output_tokens,
  left_stated_usd_sum as left_cost_usd,
  cast(right_uncached_input_tokens_sum as bigint) as right_uncached_input_tokens,
  cast(right_cache_read_tokens_sum as bigint) as right_cache_read_tokens,
  cast(right_cache_write_5m_tokens_sum as bigint) as right_cache_write_5m_tokens,
  cast(right_cache_write_1h_tokens_sum as bigint) as right_cache_write_1h_tokens,
  cast(right_cache_write_unknown_tokens_sum as bigint) as right_cache_write_unknown_tokens,
  cast(right_input_count_sum as bigint) as right_input_tokens,
  cast(right_output_tokens_sum as bigint) as right_output_tokens,
  right_stated_usd_sum as right_cost_usd,
  cast(coalesce(right_input_count_sum, 0) - coalesce(left_input_count_sum, 0) as bigint) as input_difference_tokens,
  cast(coalesce(right_output_tokens_sum, 0) - coalesce(left_output_tokens_sum, 0) as bigint) as output_difference_tokens,
  change (
    coalesce(right_input_count_sum, 0) + coalesce(right_output_tokens_sum, 0),
    coalesce(left_input_count_sum, 0) + coalesce(left_output_tokens_sum, 0)
  ) as tokens_difference_ratio,
  cast(shared_difference as bigint) as shared_difference_tokens,
  right_common_sum - left_common_sum as cost_difference_usd,
  change (right_common_sum, left_common_sum) as cost_difference_ratio,
  disagreeing_count as disagreeing_calls,
  disagreeing_keys as example_call_keys
from
  compared
order by
  pair_day desc,
  disagreeing_count desc nulls last,
  left_name,
  right_name,
  pair_model nulls last;
