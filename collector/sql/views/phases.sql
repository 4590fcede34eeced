-- One row per entry of a phase in a run: when, how long, how it ended, and what its model calls took.
-- grain: phase entry
-- reads: call_ledger, phase_entries
create or replace view phases as
with
  entries as (
    select
      *,
      coalesce(entry, 1) as entry_key,
      case
        when run_id is null then trace_id
      end as loose_trace_id,
      -- Two entries that state the same number cannot be told apart by their calls: the first one gets them, so that no call counts twice.
      row_number() over (
        partition by
          run_id,
          case
            when run_id is null then trace_id
          end,
          phase,
          coalesce(entry, 1)
        order by
          started_at,
          span_id
      ) as same_entry_rank
    from
      phase_entries
  ),
  keyed as (
    select
      *,
      case
        when same_entry_rank = 1 then entry_key
      end as calls_key
    from
      entries
  ),
  run_totals as (
    select
      run_id,
      phase,
      coalesce(phase_entry, 1) as entry_key,
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
      total_ms (duration_ms) as call_time_ms,
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
      phase is not null
      and run_id is not null
    group by
      run_id,
      phase,
      coalesce(phase_entry, 1)
  ),
  -- A phase outside any run has the calls of its own trace.
  loose_totals as (
    select
      trace_id,
      phase,
      coalesce(phase_entry, 1) as entry_key,
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
      total_ms (duration_ms) as call_time_ms,
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
      phase is not null
      and run_id is null
    group by
      trace_id,
      phase,
      coalesce(phase_entry, 1)
  )
select
  e.run_id,
  e.run_name,
  e.phase,
  e.entry,
  e.agent,
  e.agent_id,
  e.parent_agent,
  e.session_id,
  e.conversation_id,
  e.user_id,
  e.service,
  e.trace_id,
  e.span_id,
  e.parent_span_id,
  e.status,
  e.started_at,
  e.ended_at,
  e.duration_ms,
  e.error_type,
  e.error_message,
  e.category,
  e.success,
  e.confidence,
  coalesce(c.call_count, l.call_count, 0) as model_calls,
  coalesce(c.failed_count, l.failed_count, 0) as failed_calls,
  coalesce(c.unpriced_count, l.unpriced_count, 0) as unpriced_calls,
  coalesce(c.call_time_ms, l.call_time_ms, 0) as call_ms,
  coalesce(c.input_sum, l.input_sum, 0) as input_tokens,
  coalesce(c.output_sum, l.output_sum, 0) as output_tokens,
  coalesce(c.input_sum, l.input_sum, 0) + coalesce(c.output_sum, l.output_sum, 0) as total_tokens,
  case
    when coalesce(c.call_count, l.call_count) > 0 then coalesce(c.cost_sum, l.cost_sum)
    else cast(0 as decimal(38, 12))
  end as cost_usd,
  coalesce(c.model_list, l.model_list) as models
from
  keyed as e
  left join run_totals as c on c.run_id = e.run_id
  and c.phase = e.phase
  and c.entry_key = e.calls_key
  left join loose_totals as l on l.trace_id = e.loose_trace_id
  and l.phase = e.phase
  and l.entry_key = e.calls_key;

comment on view phases is 'One row per entry of a phase in a run. A call belongs to the innermost phase around it, so totals of nested phases do not overlap; their times do.';

comment on column phases.run_id is 'Identity of the run; joins to runs.';

comment on column phases.run_name is 'Series that the run belongs to.';

comment on column phases.phase is 'Name of the phase.';

comment on column phases.entry is 'Which entry of the phase in its run, counted from 1; NULL when it was not stated.';

comment on column phases.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column phases.agent_id is 'Identity of the acting agent where names are not unique.';

comment on column phases.parent_agent is 'Name of the agent that called this one.';

comment on column phases.session_id is 'Session that it belongs to; joins to sessions.';

comment on column phases.conversation_id is 'Conversation or thread that it belongs to.';

comment on column phases.user_id is 'Who used it.';

comment on column phases.service is 'Service that sent it (service.name).';

comment on column phases.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column phases.span_id is 'Span that tells of it (16 hex digits).';

comment on column phases.parent_span_id is 'Span that it hangs under (16 hex digits); NULL for a root.';

comment on column phases.status is 'running, succeeded, failed, or lost: still open although its run has ended or is lost.';

comment on column phases.started_at is 'When the phase was entered (UTC).';

comment on column phases.ended_at is 'When the phase was left (UTC); NULL while it is open.';

comment on column phases.duration_ms is 'Wall time in the phase, nested phases included; of an open one so far, of a lost one up to the last sign of life of its run.';

comment on column phases.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column phases.error_message is 'What the error said; NULL without an error.';

comment on column phases.category is 'What kind of item was attempted, if it was stated.';

comment on column phases.success is 'Outcome: whether the work was any good, if it was stated; not the same as the status.';

comment on column phases.confidence is 'How sure the agent was of its outcome, 0 to 1.';

comment on column phases.model_calls is 'Model calls that belong to it.';

comment on column phases.failed_calls is 'Model calls that ended in an error.';

comment on column phases.unpriced_calls is 'Model calls whose price is not known; cost_usd leaves them out.';

comment on column phases.call_ms is 'Sum of the durations of its model calls; parallel calls add up.';

comment on column phases.input_tokens is 'Whole input of its model calls: uncached, cache reads and cache writes.';

comment on column phases.output_tokens is 'Output of its model calls, reasoning included.';

comment on column phases.total_tokens is 'Input and output together.';

comment on column phases.cost_usd is 'Computed cost of its model calls, exact; NULL when there are calls and none of them has a known price.';

comment on column phases.models is 'Models that answered, sorted, joined by commas.';
