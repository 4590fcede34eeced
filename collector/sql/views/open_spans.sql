-- One row per run, phase or agent that has announced itself and not ended, with whether it still shows signs of life.
-- grain: open span
-- reads: live_spans, run_heartbeats, spans
create or replace view open_spans as
with
  announced as (
    select
      l.kind,
      l.name,
      l.run_id,
      l.run_name,
      l.run_number,
      l.run_trigger,
      l.task_type,
      l.git_commit,
      l.phase,
      l.phase_entry,
      l.agent,
      l.agent_id,
      l.parent_agent,
      l.session_id,
      l.conversation_id,
      l.user_id,
      l.service,
      l.trace_id,
      l.span_id,
      l.parent_span_id,
      l.started_at
    from
      live_spans as l
      left join spans as s on s.trace_id = l.trace_id
      and s.span_id = l.span_id
      and s.operation in ('run', 'phase', 'agent')
    where
      l.kind in ('run', 'phase', 'agent')
      and s.span_id is null
  ),
  run_ends as (
    select
      run_id,
      max(ended_at) as run_ended_at
    from
      spans
    where
      operation = 'run'
      and run_id is not null
    group by
      run_id
  ),
  run_starts as (
    select
      run_id,
      max(started_at) as announced_at
    from
      live_spans
    where
      kind = 'run'
      and run_id is not null
    group by
      run_id
  ),
  heartbeats as (
    select
      run_id,
      max(last_seen_at) as beat_at
    from
      run_heartbeats
    group by
      run_id
  ),
  trace_signs as (
    select
      trace_id,
      started_at as sign_at
    from
      live_spans
    union all
    select
      trace_id,
      ended_at as sign_at
    from
      spans
    where
      trace_id in (
        select
          trace_id
        from
          live_spans
      )
  ),
  traces as (
    select
      trace_id,
      max(sign_at) as sign_at
    from
      trace_signs
    group by
      trace_id
  ),
  watched as (
    select
      a.*,
      e.run_ended_at,
      coalesce(e.run_ended_at, h.beat_at, s.announced_at, t.sign_at) as seen_at,
      -- The SDK beats every few seconds while a run is open; 35 seconds of silence are more than a slow network explains.
      -- For what belongs to no run of the SDK nobody beats: there every start and end in its trace is a sign of life, and
      -- 10 minutes without one are more than a model call takes before its client gives up.
      case
        when h.beat_at is null
        and s.announced_at is null then 600000
        else 35000
      end as patience_ms
    from
      announced as a
      left join traces as t on t.trace_id = a.trace_id
      left join run_ends as e on e.run_id = a.run_id
      left join run_starts as s on s.run_id = a.run_id
      left join heartbeats as h on h.run_id = a.run_id
  ),
  judged as (
    select
      *,
      case
        when run_ended_at is not null then true
        else elapsed_ms (seen_at, now_utc ()) > patience_ms
      end as is_lost
    from
      watched
  )
select
  kind,
  name,
  run_id,
  run_name,
  run_number,
  run_trigger,
  task_type,
  git_commit,
  phase,
  phase_entry,
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
  started_at,
  case
    when is_lost then 'lost'
    else 'running'
  end as status,
  seen_at as last_seen_at,
  elapsed_ms (
    started_at,
    case
      when is_lost then seen_at
      else now_utc ()
    end
  ) as duration_ms
from
  judged;

comment on view open_spans is 'One row per run, phase or agent that has announced itself and has not ended.';

comment on column open_spans.kind is 'run, phase or agent.';

comment on column open_spans.name is 'Name of the span.';

comment on column open_spans.run_id is 'Identity of the run; joins to runs.';

comment on column open_spans.run_name is 'Series that the run belongs to.';

comment on column open_spans.run_number is 'Number of the run in its series.';

comment on column open_spans.run_trigger is 'What started the run: auto or manual.';

comment on column open_spans.task_type is 'Kind of task the run does.';

comment on column open_spans.git_commit is 'Git commit that ran.';

comment on column open_spans.phase is 'Name of the phase; NULL outside any phase.';

comment on column open_spans.phase_entry is 'Which entry of the phase, counted from 1; joins to phases.entry.';

comment on column open_spans.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column open_spans.agent_id is 'Identity of the acting agent where names are not unique.';

comment on column open_spans.parent_agent is 'Name of the agent that called this one.';

comment on column open_spans.session_id is 'Session that it belongs to; joins to sessions.';

comment on column open_spans.conversation_id is 'Conversation or thread that it belongs to.';

comment on column open_spans.user_id is 'Who used it.';

comment on column open_spans.service is 'Service that sent it (service.name).';

comment on column open_spans.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column open_spans.span_id is 'Span that tells of it (16 hex digits).';

comment on column open_spans.parent_span_id is 'Span that it hangs under (16 hex digits); NULL for a root.';

comment on column open_spans.started_at is 'When it started (UTC).';

comment on column open_spans.status is 'running, or lost: its run has ended without it, or shows no sign of life for 35 seconds; outside a run with heartbeats, nothing of its trace has started or ended for 10 minutes.';

comment on column open_spans.last_seen_at is 'Last sign of life of its run (UTC): the end, the latest heartbeat, or the start; outside such a run the latest start or end in its trace.';

comment on column open_spans.duration_ms is 'Time since the start; of a lost one up to its last sign of life.';
