-- One row per tool call, with waiting for permission told apart from executing.
-- grain: tool call
-- reads: spans
create or replace view tool_calls as
with
  steps as (
    select
      trace_id,
      parent_span_id,
      total_ms (
        case
          when operation = 'tool_execution' then duration_ms
        end
      ) as execution_ms,
      total_ms (
        case
          when operation = 'tool_wait' then duration_ms
        end
      ) as wait_ms
    from
      spans
    where
      operation in ('tool_execution', 'tool_wait')
    group by
      trace_id,
      parent_span_id
  )
select
  t.run_id,
  t.run_name,
  t.phase,
  t.phase_entry,
  t.agent,
  t.agent_id,
  t.parent_agent,
  t.session_id,
  t.conversation_id,
  t.user_id,
  t.service,
  t.trace_id,
  t.span_id,
  t.parent_span_id,
  t.tool_name as tool,
  t.tool_call_id,
  t.mcp_server,
  t.started_at,
  t.ended_at,
  t.duration_ms,
  case
    when s.trace_id is null then t.duration_ms
    else s.execution_ms
  end as executing_ms,
  s.wait_ms as waiting_ms,
  case
    when t.status = 'error' then 'error'
    else 'ok'
  end as status,
  t.error_type,
  t.error_message
from
  spans as t
  left join steps as s on s.trace_id = t.trace_id
  and s.parent_span_id = t.span_id
where
  t.operation = 'tool_call';

comment on view tool_calls is 'One row per tool call that has ended, with waiting for permission told apart from executing.';

comment on column tool_calls.run_id is 'Identity of the run; joins to runs.';

comment on column tool_calls.run_name is 'Series that the run belongs to.';

comment on column tool_calls.phase is 'Name of the phase; NULL outside any phase.';

comment on column tool_calls.phase_entry is 'Which entry of the phase, counted from 1; joins to phases.entry.';

comment on column tool_calls.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column tool_calls.agent_id is 'Identity of the acting agent where names are not unique.';

comment on column tool_calls.parent_agent is 'Name of the agent that called this one.';

comment on column tool_calls.session_id is 'Session that it belongs to; joins to sessions.';

comment on column tool_calls.conversation_id is 'Conversation or thread that it belongs to.';

comment on column tool_calls.user_id is 'Who used it.';

comment on column tool_calls.service is 'Service that sent it (service.name).';

comment on column tool_calls.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column tool_calls.span_id is 'Span that tells of it (16 hex digits).';

comment on column tool_calls.parent_span_id is 'Span that it hangs under (16 hex digits); NULL for a root.';

comment on column tool_calls.tool is 'Name of the tool.';

comment on column tool_calls.tool_call_id is 'The provider''s identity of the tool call.';

comment on column tool_calls.mcp_server is 'MCP server that offers the tool; NULL for other tools.';

comment on column tool_calls.started_at is 'When the tool was called (UTC).';

comment on column tool_calls.ended_at is 'When its result was there (UTC).';

comment on column tool_calls.duration_ms is 'Time from call to result, waiting included.';

comment on column tool_calls.executing_ms is 'Time in which the tool ran; the whole duration when no span tells waiting from executing; 0 when it was never allowed to run.';

comment on column tool_calls.waiting_ms is 'Time spent waiting for permission; NULL when no span tells waiting from executing.';

comment on column tool_calls.status is 'ok or error.';

comment on column tool_calls.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column tool_calls.error_message is 'What the error said; NULL without an error.';
