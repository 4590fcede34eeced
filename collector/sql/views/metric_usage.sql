-- The parallel ledger: tokens and cost as metrics state them, one row per interval of each series. Never added to model_calls.
-- grain: metric series and interval
-- reads: metric_points, resources
create or replace view metric_usage as
with
  points as (
    select
      p.point_id,
      p.metric_name,
      p.temporality,
      p.measured_at,
      p.start_unix_nano,
      p.time_unix_nano,
      p.resource_id,
      p.scope_id,
      p.service,
      coalesce(cast(p.value_int as double), p.value_double, p.sum) as figure,
      series_of (p.attributes_text, p.attributes_int, p.attributes_double, p.attributes_bool, p.attributes_json) as attribute_key,
      coalesce(
        text_at (p.attributes_text, 'model'),
        text_at (p.attributes_text, 'gen_ai.response.model'),
        text_at (p.attributes_text, 'gen_ai.request.model')
      ) as reported_model,
      coalesce(text_at (p.attributes_text, 'session.id'), text_at (r.attributes_text, 'session.id')) as session_id,
      coalesce(text_at (p.attributes_text, 'user.id'), text_at (r.attributes_text, 'user.id')) as user_id,
      coalesce(text_at (p.attributes_text, 'phasewise.run.id'), text_at (r.attributes_text, 'phasewise.run.id')) as run_id,
      coalesce(text_at (p.attributes_text, 'phasewise.run.name'), text_at (r.attributes_text, 'phasewise.run.name')) as run_name,
      coalesce(text_at (p.attributes_text, 'phasewise.phase.name'), text_at (r.attributes_text, 'phasewise.phase.name')) as phase,
      coalesce(
        text_at (p.attributes_text, 'phasewise.agent.name'),
        text_at (p.attributes_text, 'gen_ai.agent.name'),
        text_at (p.attributes_text, 'agent.name'),
        text_at (r.attributes_text, 'phasewise.agent.name')
      ) as agent,
      case
        when p.metric_name = 'claude_code.cost.usage' then 'cost'
        when p.metric_name = 'claude_code.token.usage' then case text_at (p.attributes_text, 'type')
          when 'input' then 'uncached_input'
          when 'cacheRead' then 'cache_read'
          when 'cacheCreation' then 'cache_write'
          when 'output' then 'output'
          else 'other'
        end
        when p.metric_name = 'gen_ai.client.token.usage' then case text_at (p.attributes_text, 'gen_ai.token.type')
          when 'input' then 'input'
          when 'output' then 'output'
          else 'other'
        end
        when p.metric_name = 'gen_ai.client.inference.usage.input_tokens' then 'input'
        when p.metric_name = 'gen_ai.client.inference.usage.output_tokens' then 'output'
        when p.metric_name = 'gen_ai.client.inference.usage.cache_read.input_tokens' then 'cache_read'
        when p.metric_name in (
          'gen_ai.client.inference.usage.cache_write.input_tokens',
          'gen_ai.client.inference.usage.cache_creation.input_tokens'
        ) then 'cache_write'
        when p.metric_name = 'gen_ai.client.inference.usage.reasoning.output_tokens' then 'reasoning'
        else 'other'
      end as usage_kind,
      case
        when p.metric_name in ('claude_code.cost.usage', 'claude_code.token.usage') then 'claude_code'
        when p.metric_name = 'gen_ai.client.token.usage' then 'gen_ai.client.token.usage'
        else 'gen_ai.client.inference.usage'
      end as metric_family
    from
      metric_points as p
      left join resources as r on r.resource_id = p.resource_id
    where
      p.type in ('sum', 'histogram', 'exponential_histogram')
      and (
        p.metric_name in ('claude_code.token.usage', 'claude_code.cost.usage', 'gen_ai.client.token.usage')
        or p.metric_name like 'gen_ai.client.inference.usage.%'
      )
  ),
  neighbours as (
    select
      *,
      cast(null as double) as earlier_figure,
      cast(null as ubigint) as earlier_unix_nano
    from
      points
    where
      figure is not null
      and coalesce(temporality, '') <> 'cumulative'
    union all
    select
      *,
      max(figure) over (
        partition by
          metric_name,
          resource_id,
          scope_id,
          attribute_key,
          start_unix_nano,
          temporality
        order by
          time_unix_nano,
          point_id rows between 1 preceding
          and 1 preceding
      ) as earlier_figure,
      max(time_unix_nano) over (
        partition by
          metric_name,
          resource_id,
          scope_id,
          attribute_key,
          start_unix_nano,
          temporality
        order by
          time_unix_nano,
          point_id rows between 1 preceding
          and 1 preceding
      ) as earlier_unix_nano
    from
      points
    where
      figure is not null
      and temporality = 'cumulative'
  ),
  intervals as (
    select
      *,
      case
        when temporality = 'delta' then 'as stated'
        when temporality is null then 'temporality not stated'
        when earlier_figure is null
        and start_unix_nano = 0 then 'start unknown'
        when earlier_figure is null then 'since the start'
        when figure < earlier_figure then 'fell back'
        else 'difference'
      end as reading
    from
      neighbours
  ),
  amounts as (
    select
      *,
      case reading
        when 'temporality not stated' then cast(null as double)
        when 'start unknown' then 0
        when 'difference' then figure - earlier_figure
        else figure
      end as amount,
      case
        when reading = 'difference' then earlier_unix_nano
        when start_unix_nano > 0 then start_unix_nano
      end as from_unix_nano
    from
      intervals
  )
select
  a.point_id,
  a.metric_name,
  a.metric_family,
  a.usage_kind as usage,
  case
    when a.usage_kind <> 'cost' then as_tokens (a.amount)
  end as usage_tokens,
  case
    when a.usage_kind = 'cost' then as_money (a.amount)
  end as usage_usd,
  a.reading,
  a.temporality,
  time_of_nanos (a.from_unix_nano) as started_at,
  a.measured_at as ended_at,
  a.service,
  a.session_id,
  a.user_id,
  a.run_id,
  a.run_name,
  a.phase,
  a.agent,
  a.reported_model as model,
  a.resource_id,
  a.scope_id,
  a.attribute_key as series_id
from
  amounts as a;

comment on view metric_usage is 'One row per interval of a metric series that counts tokens or money: a ledger beside model_calls, for comparison, never to be added to it.';

comment on column metric_usage.point_id is 'Identity of the metric point that ends the interval; joins to metric_points.';

comment on column metric_usage.metric_name is 'Name of the metric.';

comment on column metric_usage.metric_family is 'Set of metrics that states usage once: claude_code, gen_ai.client.inference.usage or gen_ai.client.token.usage. Two families of one sender repeat each other.';

comment on column metric_usage.usage is 'What is counted: input (whole), uncached_input, cache_read, cache_write, output, reasoning (a part of output), cost or other.';

comment on column metric_usage.usage_tokens is 'Tokens of the interval; NULL for cost and for a figure that cannot be a number of tokens.';

comment on column metric_usage.usage_usd is 'Money of the interval; NULL for tokens.';

comment on column metric_usage.reading is 'How the figure was read: as stated (delta), since the start, difference (to the point before), fell back (counted anew without a new start), start unknown (a base to count from, 0), or temporality not stated (not counted).';

comment on column metric_usage.temporality is 'delta or cumulative; NULL when it was not stated.';

comment on column metric_usage.started_at is 'Start of the interval (UTC); NULL when it is not known.';

comment on column metric_usage.ended_at is 'End of the interval: when the point was measured (UTC).';

comment on column metric_usage.service is 'Service that sent it (service.name).';

comment on column metric_usage.session_id is 'Session that it belongs to, from the point or its resource; joins to sessions.';

comment on column metric_usage.user_id is 'Who used it.';

comment on column metric_usage.run_id is 'Identity of the run; joins to runs.';

comment on column metric_usage.run_name is 'Series that the run belongs to.';

comment on column metric_usage.phase is 'Name of the phase; NULL when neither point nor resource names one.';

comment on column metric_usage.agent is 'Name of the acting agent; NULL when neither point nor resource names one.';

comment on column metric_usage.model is 'Model as the metric names it; reconciliation gives it the canonical name that calls with the same name have.';

comment on column metric_usage.resource_id is 'Resource that sent it; joins to resources.';

comment on column metric_usage.scope_id is 'Instrumentation scope that sent it; joins to scopes.';

comment on column metric_usage.series_id is 'Attributes of the series as one short text; with metric, resource and scope it is the series.';
