-- One row per entry of a phase as its own span, or while it is open its announcement, tells of it.
-- grain: phase entry
-- reads: open_spans, spans
create or replace view phase_entries as
select
  run_id,
  run_name,
  phase,
  phase_entry as entry,
  agent,
  agent_id,
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
where
  operation = 'phase'
  and phase is not null
union all
select
  run_id,
  run_name,
  phase,
  phase_entry as entry,
  agent,
  agent_id,
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
  kind = 'phase'
  and phase is not null;

comment on view phase_entries is 'One row per entry of a phase as its own span, or while it is open its announcement, tells of it; without totals. The view phases adds them.';

comment on column phase_entries.run_id is 'Identity of the run; joins to runs.';

comment on column phase_entries.run_name is 'Series that the run belongs to.';

comment on column phase_entries.phase is 'Name of the phase.';

comment on column phase_entries.entry is 'Which entry of the phase in its run, counted from 1; NULL when it was not stated.';

comment on column phase_entries.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column phase_entries.agent_id is 'Identity of the acting agent where names are not unique.';

comment on column phase_entries.parent_agent is 'Name of the agent that called this one.';

comment on column phase_entries.session_id is 'Session that it belongs to; joins to sessions.';

comment on column phase_entries.conversation_id is 'Conversation or thread that it belongs to.';

comment on column phase_entries.user_id is 'Who used it.';

comment on column phase_entries.service is 'Service that sent it (service.name).';

comment on column phase_entries.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column phase_entries.span_id is 'Span that tells of it (16 hex digits).';

comment on column phase_entries.parent_span_id is 'Span that it hangs under (16 hex digits); NULL for a root.';

comment on column phase_entries.status is 'running, succeeded, failed, or lost: still open although its run has ended or is lost.';

comment on column phase_entries.started_at is 'When the phase was entered (UTC).';

comment on column phase_entries.ended_at is 'When the phase was left (UTC); NULL while it is open.';

comment on column phase_entries.duration_ms is 'Wall time in the phase, nested phases included; of an open one so far, of a lost one up to the last sign of life of its run.';

comment on column phase_entries.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column phase_entries.error_message is 'What the error said; NULL without an error.';

comment on column phase_entries.category is 'What kind of item was attempted, if it was stated.';

comment on column phase_entries.success is 'Outcome: whether the work was any good, if it was stated; not the same as the status.';

comment on column phase_entries.confidence is 'How sure the agent was of its outcome, 0 to 1.';
