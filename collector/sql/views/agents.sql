-- One row per agent invocation: who acted for whom, when, how long and how it ended.
-- grain: agent invocation
-- reads: open_spans, spans
create or replace view agents as
select
  run_id,
  run_name,
  phase,
  phase_entry,
  agent,
  agent_id,
  agent_version,
  parent_agent,
  session_id,
  conversation_id,
  user_id,
  service,
  trace_id,
  span_id,
  parent_span_id,
  case
    when s.status = 'error' then 'failed'
    else 'succeeded'
  end as status,
  started_at,
  ended_at,
  duration_ms,
  error_type,
  error_message,
  category,
  success,
  confidence
from
  spans as s
  -- A span inside an agent that names none of its own is a part of that agent's work, not another invocation.
where
  operation = 'agent'
  and (
    agent is null
    or owns_label (own_labels, 16)
  )
union all
select
  run_id,
  run_name,
  phase,
  phase_entry,
  agent,
  agent_id,
  cast(null as varchar) as agent_version,
  parent_agent,
  session_id,
  conversation_id,
  user_id,
  service,
  trace_id,
  span_id,
  parent_span_id,
  status,
  started_at,
  cast(null as timestamp) as ended_at,
  duration_ms,
  cast(null as varchar) as error_type,
  cast(null as varchar) as error_message,
  cast(null as varchar) as category,
  cast(null as boolean) as success,
  cast(null as double) as confidence
from
  open_spans
where
  kind = 'agent';

comment on view agents is 'One row per agent invocation that a span or an announcement tells of. An agent that is known only because calls carry its name has no row; agent_report has it.';

comment on column agents.run_id is 'Identity of the run; joins to runs.';

comment on column agents.run_name is 'Series that the run belongs to.';

comment on column agents.phase is 'Name of the phase; NULL outside any phase.';

comment on column agents.phase_entry is 'Which entry of the phase, counted from 1; joins to phases.entry.';

comment on column agents.agent is 'Name of the agent; NULL when the span names none.';

comment on column agents.agent_id is 'Identity of the acting agent where names are not unique.';

comment on column agents.agent_version is 'Version of the agent, if it was stated.';

comment on column agents.parent_agent is 'Name of the agent that called this one.';

comment on column agents.session_id is 'Session that it belongs to; joins to sessions.';

comment on column agents.conversation_id is 'Conversation or thread that it belongs to.';

comment on column agents.user_id is 'Who used it.';

comment on column agents.service is 'Service that sent it (service.name).';

comment on column agents.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column agents.span_id is 'Span that tells of it (16 hex digits).';

comment on column agents.parent_span_id is 'Span that it hangs under (16 hex digits); NULL for a root.';

comment on column agents.status is 'running, succeeded, failed, or lost: still open although its run has ended or is lost.';

comment on column agents.started_at is 'When the agent was invoked (UTC).';

comment on column agents.ended_at is 'When the agent was done (UTC); NULL while it is open.';

comment on column agents.duration_ms is 'Wall time of the invocation, its sub-agents included; of an open one so far, of a lost one up to the last sign of life of its run.';

comment on column agents.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column agents.error_message is 'What the error said; NULL without an error.';

comment on column agents.category is 'What kind of item was attempted, if it was stated.';

comment on column agents.success is 'Outcome: whether the work was any good, if it was stated; not the same as the status.';

comment on column agents.confidence is 'How sure the agent was of its outcome, 0 to 1.';
