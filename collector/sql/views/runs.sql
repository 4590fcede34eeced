-- One row per run: what it was, how it ended or where it is now, and what it took in time, tokens and money.
-- grain: run
-- reads: call_ledger, phase_entries, run_entries, spans
create or replace view runs as
with
  call_totals as (
    select
      run_id,
      count(*) as call_count,
      count(
        case
          when status = 'error' then 1
        end
      ) as failed_count,
      count(
        case
          when unpriced_reason is not null then 1
        end
      ) as unpriced_count,
      total (
        input_total (
          uncached_input_tokens,
          cache_read_tokens,
          cache_write_5m_tokens,
          cache_write_1h_tokens,
          cache_write_unknown_tokens
        )
      ) as input_sum,
      total (output_tokens) as output_sum,
      sum(charge (cost_usd, unpriced_reason)) as cost_sum,
      distinct_text (model) as model_list
    from
      call_ledger
    where
      run_id is not null
    group by
      run_id
  ),
  tool_totals as (
    select
      run_id,
      count(*) as tool_count
    from
      spans
    where
      operation = 'tool_call'
      and run_id is not null
    group by
      run_id
  ),
  phase_totals as (
    select
      run_id,
      count(*) as entry_count,
      value_at_latest (
        case
          when ended_at is null then phase
        end,
        case
          when ended_at is null then started_at
        end
      ) as open_phase
    from
      phase_entries
    where
      run_id is not null
    group by
      run_id
  )
select
  r.run_id,
  r.run_name,
  r.run_number,
  r.trigger,
  r.task_type,
  r.agent,
  r.agent_version,
  r.session_id,
  r.conversation_id,
  r.user_id,
  r.service,
  r.trace_id,
  r.span_id,
  r.status,
  r.started_at,
  r.ended_at,
  r.last_seen_at,
  r.duration_ms,
  r.error_type,
  r.error_message,
  r.git_commit,
  r.category,
  r.success,
  r.confidence,
  case
    when r.ended_at is null then p.open_phase
  end as current_phase,
  coalesce(p.entry_count, 0) as phase_entries,
  coalesce(t.tool_count, 0) as tool_calls,
  coalesce(c.call_count, 0) as model_calls,
  coalesce(c.failed_count, 0) as failed_calls,
  coalesce(c.unpriced_count, 0) as unpriced_calls,
  coalesce(c.input_sum, 0) as input_tokens,
  coalesce(c.output_sum, 0) as output_tokens,
  coalesce(c.input_sum, 0) + coalesce(c.output_sum, 0) as total_tokens,
  case
    when c.call_count > 0 then c.cost_sum
    else cast(0 as decimal(38, 12))
  end as cost_usd,
  c.model_list as models
from
  run_entries as r
  left join call_totals as c on c.run_id = r.run_id
  left join tool_totals as t on t.run_id = r.run_id
  left join phase_totals as p on p.run_id = r.run_id;

comment on view runs is 'One row per run that has ended or has announced itself: identity, status, outcome and totals. A run that is known only because calls carry its id has no row.';

comment on column runs.run_id is 'Identity of the run; joins to runs.';

comment on column runs.run_name is 'Series that the run belongs to.';

comment on column runs.run_number is 'Number of the run in its series.';

comment on column runs.trigger is 'What started the run: auto or manual.';

comment on column runs.task_type is 'Kind of task the run does.';

comment on column runs.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column runs.agent_version is 'Version of the agent, if it was stated.';

comment on column runs.session_id is 'Session that it belongs to; joins to sessions.';

comment on column runs.conversation_id is 'Conversation or thread that it belongs to.';

comment on column runs.user_id is 'Who used it.';

comment on column runs.service is 'Service that sent it (service.name).';

comment on column runs.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column runs.span_id is 'Span that tells of it (16 hex digits).';

comment on column runs.status is 'running, succeeded, failed, cancelled, or lost: open, and no sign of life for 35 seconds.';

comment on column runs.started_at is 'When the run started (UTC).';

comment on column runs.ended_at is 'When the run ended (UTC); NULL while it is open.';

comment on column runs.last_seen_at is 'Last sign of life (UTC): the end, or the latest heartbeat.';

comment on column runs.duration_ms is 'Time from start to end; of an open run so far, of a lost one up to its last sign of life.';

comment on column runs.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column runs.error_message is 'What the error said; NULL without an error.';

comment on column runs.git_commit is 'Git commit that ran.';

comment on column runs.category is 'What kind of item was attempted, if it was stated.';

comment on column runs.success is 'Outcome: whether the work was any good, if it was stated; not the same as the status.';

comment on column runs.confidence is 'How sure the agent was of its outcome, 0 to 1.';

comment on column runs.current_phase is 'Innermost phase that is open; NULL when the run has ended or is between phases.';

comment on column runs.phase_entries is 'Phases entered, each entry counted.';

comment on column runs.tool_calls is 'Tool calls that have ended.';

comment on column runs.model_calls is 'Model calls that belong to it.';

comment on column runs.failed_calls is 'Model calls that ended in an error.';

comment on column runs.unpriced_calls is 'Model calls whose price is not known; cost_usd leaves them out.';

comment on column runs.input_tokens is 'Whole input of its model calls: uncached, cache reads and cache writes.';

comment on column runs.output_tokens is 'Output of its model calls, reasoning included.';

comment on column runs.total_tokens is 'Input and output together.';

comment on column runs.cost_usd is 'Computed cost of its model calls, exact; NULL when there are calls and none of them has a known price.';

comment on column runs.models is 'Models that answered, sorted, joined by commas.';
