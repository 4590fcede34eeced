-- One row per session: who, when, and what its runs, model calls and tools took.
-- grain: session
-- reads: call_ledger, logs, spans
create or replace view sessions as
with
  facts as (
    select
      session_id,
      user_id,
      service,
      run_id,
      conversation_id,
      started_at as from_at,
      ended_at as to_at,
      1 as is_call,
      0 as is_tool,
      case
        when status = 'error' then 1
        else 0
      end as is_error,
      case
        when unpriced_reason is not null then 1
        else 0
      end as is_unpriced,
      input_total (
        uncached_input_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        cache_write_unknown_tokens
      ) as input_count,
      output_tokens as output_count,
      charge (cost_usd, unpriced_reason) as charge_usd,
      model
    from
      call_ledger
    where
      session_id is not null
    union all
    select
      session_id,
      user_id,
      service,
      run_id,
      conversation_id,
      started_at as from_at,
      ended_at as to_at,
      0 as is_call,
      case
        when operation = 'tool_call' then 1
        else 0
      end as is_tool,
      0 as is_error,
      0 as is_unpriced,
      cast(null as bigint) as input_count,
      cast(null as bigint) as output_count,
      cast(null as decimal(18, 12)) as charge_usd,
      cast(null as varchar) as model
    from
      spans
    where
      session_id is not null
    union all
    select
      l.session_id,
      l.user_id,
      l.service,
      l.run_id,
      l.conversation_id,
      l.recorded_at as from_at,
      l.recorded_at as to_at,
      0 as is_call,
      0 as is_tool,
      0 as is_error,
      0 as is_unpriced,
      cast(null as bigint) as input_count,
      cast(null as bigint) as output_count,
      cast(null as decimal(18, 12)) as charge_usd,
      cast(null as varchar) as model
    from
      logs as l
    where
      l.session_id is not null
  )
select
  session_id,
  value_at_earliest (user_id, from_at) as user_id,
  value_at_earliest (service, from_at) as service,
  min(from_at) as started_at,
  max(to_at) as ended_at,
  elapsed_ms (min(from_at), max(to_at)) as duration_ms,
  count(distinct run_id) as runs,
  count(distinct conversation_id) as conversations,
  total (is_tool) as tool_calls,
  total (is_call) as model_calls,
  total (is_error) as failed_calls,
  total (is_unpriced) as unpriced_calls,
  total (input_count) as input_tokens,
  total (output_count) as output_tokens,
  total (input_count) + total (output_count) as total_tokens,
  case
    when sum(is_call) > 0 then sum(charge_usd)
    else cast(0 as decimal(38, 12))
  end as cost_usd,
  distinct_text (model) as models
from
  facts
group by
  session_id;

comment on view sessions is 'One row per session that a span, log record or model call names, with its totals.';

comment on column sessions.session_id is 'Identity of the session.';

comment on column sessions.user_id is 'Who used it, as first stated.';

comment on column sessions.service is 'Service that first sent something of it.';

comment on column sessions.started_at is 'First thing known of the session (UTC).';

comment on column sessions.ended_at is 'Last thing known of the session so far (UTC).';

comment on column sessions.duration_ms is 'Time from the first to the last thing known of it, idle time included.';

comment on column sessions.runs is 'Runs in the session.';

comment on column sessions.conversations is 'Conversations in the session.';

comment on column sessions.tool_calls is 'Tool calls that have ended, those told by spans.';

comment on column sessions.model_calls is 'Model calls that belong to it.';

comment on column sessions.failed_calls is 'Model calls that ended in an error.';

comment on column sessions.unpriced_calls is 'Model calls whose price is not known; cost_usd leaves them out.';

comment on column sessions.input_tokens is 'Whole input of its model calls: uncached, cache reads and cache writes.';

comment on column sessions.output_tokens is 'Output of its model calls, reasoning included.';

comment on column sessions.total_tokens is 'Input and output together.';

comment on column sessions.cost_usd is 'Computed cost of its model calls, exact; NULL when there are calls and none of them has a known price.';

comment on column sessions.models is 'Models that answered, sorted, joined by commas.';
