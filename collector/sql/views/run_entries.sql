-- One row per run as its own span, or while it is open its announcement, tells of it.
-- grain: run
-- reads: open_spans, spans
create or replace view run_entries as
with
  ended as (
    select
      run_id,
      run_name,
      run_number,
      run_trigger,
      task_type,
      agent,
      agent_version,
      session_id,
      conversation_id,
      user_id,
      service,
      trace_id,
      span_id,
      started_at,
      ended_at,
      duration_ms,
      error_type,
      error_message,
      git_commit,
      category,
      success,
      confidence,
      case
        when run_status in ('succeeded', 'failed', 'cancelled') then run_status
        when status = 'error' then 'failed'
        else 'succeeded'
      end as run_state,
      -- A workflow nested in a run inherits its id; the span that states the id itself, or else the earliest, is the run.
      row_number() over (
        partition by
          run_id
        order by
          owns_label (own_labels, 1) desc,
          started_at,
          span_id
      ) as run_rank
    from
      spans
    where
      operation = 'run'
      and run_id is not null
  ),
  announced as (
    select
      *,
      row_number() over (
        partition by
          run_id
        order by
          started_at,
          span_id
      ) as run_rank
    from
      open_spans
    where
      kind = 'run'
      and run_id is not null
  ),
  run_ends as (
    select distinct
      run_id
    from
      spans
    where
      operation = 'run'
      and run_id is not null
  )
select
  run_id,
  run_name,
  run_number,
  run_trigger as trigger,
  task_type,
  agent,
  agent_version,
  session_id,
  conversation_id,
  user_id,
  service,
  trace_id,
  span_id,
  run_state as status,
  started_at,
  ended_at,
  ended_at as last_seen_at,
  duration_ms,
  error_type,
  error_message,
  git_commit,
  category,
  success,
  confidence
from
  ended
where
  run_rank = 1
union all
select
  a.run_id,
  a.run_name,
  a.run_number,
  a.run_trigger as trigger,
  a.task_type,
  a.agent,
  cast(null as varchar) as agent_version,
  a.session_id,
  a.conversation_id,
  a.user_id,
  a.service,
  a.trace_id,
  a.span_id,
  a.status,
  a.started_at,
  cast(null as timestamp) as ended_at,
  a.last_seen_at,
  a.duration_ms,
  cast(null as varchar) as error_type,
  cast(null as varchar) as error_message,
  a.git_commit,
  cast(null as varchar) as category,
  cast(null as boolean) as success,
  cast(null as double) as confidence
from
  announced as a
  left join run_ends as e on e.run_id = a.run_id
where
  a.run_rank = 1
  and e.run_id is null;

comment on view run_entries is 'One row per run as its own span, or while it is open its announcement, tells of it; without totals. The view runs adds them.';

comment on column run_entries.run_id is 'Identity of the run; joins to runs.';

comment on column run_entries.run_name is 'Series that the run belongs to.';

comment on column run_entries.run_number is 'Number of the run in its series.';

comment on column run_entries.trigger is 'What started the run: auto or manual.';

comment on column run_entries.task_type is 'Kind of task the run does.';

comment on column run_entries.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column run_entries.agent_version is 'Version of the agent, if it was stated.';

comment on column run_entries.session_id is 'Session that it belongs to; joins to sessions.';

comment on column run_entries.conversation_id is 'Conversation or thread that it belongs to.';

comment on column run_entries.user_id is 'Who used it.';

comment on column run_entries.service is 'Service that sent it (service.name).';

comment on column run_entries.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column run_entries.span_id is 'Span that tells of it (16 hex digits).';

comment on column run_entries.status is 'running, succeeded, failed, cancelled, or lost: open, and no sign of life for 35 seconds.';

comment on column run_entries.started_at is 'When the run started (UTC).';

comment on column run_entries.ended_at is 'When the run ended (UTC); NULL while it is open.';

comment on column run_entries.last_seen_at is 'Last sign of life (UTC): the end, or the latest heartbeat.';

comment on column run_entries.duration_ms is 'Time from start to end; of an open run so far, of a lost one up to its last sign of life.';

comment on column run_entries.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column run_entries.error_message is 'What the error said; NULL without an error.';

comment on column run_entries.git_commit is 'Git commit that ran.';

comment on column run_entries.category is 'What kind of item was attempted, if it was stated.';

comment on column run_entries.success is 'Outcome: whether the work was any good, if it was stated; not the same as the status.';

comment on column run_entries.confidence is 'How sure the agent was of its outcome, 0 to 1.';
