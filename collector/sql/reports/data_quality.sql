-- Everything odd about the telemetry and how it was treated, nothing dropped in silence: odd figures, calls without a price, layers that disagree, telemetry that no dialect reads, clocks that cannot be right, calls without run, phase or agent.
-- title: Data quality
-- grain: kind, finding, dialect and service
-- reads: call_evidence, call_ledger, logs, spans
-- parameter: since timestamp default 30d: Start of the window (inclusive): a span of time before until such as 90m, 24h or 7d, an ISO 8601 time, or a date in tz.
-- parameter: until timestamp default now: End of the window (exclusive): now, an ISO 8601 time, or a date in tz.
-- parameter: tz text default UTC: IANA time zone in which dates, and times without an offset, are read.
-- parameter: run_name text default none: Only runs of this series.
-- parameter: phase text default none: Only this phase.
-- parameter: agent text default none: Only this agent.
-- parameter: service text default none: Only this service.
-- parameter: session text default none: Only this session (session_id).
-- parameter: user text default none: Only this user (user_id).
-- column: kind: Where the finding comes from: note (an odd figure and how it was treated), unpriced, disagreement, unknown telemetry, clock, no run, no phase or no agent.
-- column: finding: What was found, with N for every number in it.
-- column: treatment: What was done about it.
-- column: dialect: Dialect of the telemetry that it was found in.
-- column: service: Service that sent it (service.name).
-- column: items: How many reports, calls, spans or log records it was found in.
-- column: first_seen_at: When the first of them started (UTC).
-- column: last_seen_at: When the last of them started (UTC).
-- column: examples: Up to ten of them: call keys, span:<trace>/<span> or log:<id>.
with
  evidence_notes as (
    select
      dialect,
      service,
      started_at,
      evidence_id as item_id,
      call_key,
      run_name,
      phase,
      agent,
      session_id,
      user_id,
      each_of (notes) as sentence
    from
      call_evidence
    where
      started_at >= day_before (as_time ($since))
  ),
  call_notes as (
    select
      call_key,
      counted_from,
      service,
      started_at,
      run_name,
      phase,
      agent,
      session_id,
      user_id,
      each_of (notes) as sentence
    from
      call_ledger
    where
      started_at >= as_time ($since)
      and started_at < as_time ($until)
  ),
  ledger_notes as (
    select
      call_key,
      counted_from,
      service,
      started_at,
      run_name,
      phase,
      agent,
      session_id,
      user_id,
      each_of (disagreements) as sentence
    from
      call_ledger
    where
      started_at >= as_time ($since)
      and started_at < as_time ($until)
  ),
  findings as (
    select
      'note' as kind,
      without_numbers (sentence) as finding,
      'The call counts with the treatment that the note names.' as treatment,
      dialect,
      service,
      started_at,
      item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      evidence_notes
    where
      started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'note' as kind,
      without_numbers (c.sentence) as finding,
      'The call counts with the treatment that the note names.' as treatment,
      c.counted_from as dialect,
      c.service,
      c.started_at,
      c.call_key as item_id,
      c.run_name,
      c.phase,
      c.agent,
      c.session_id,
      c.user_id
    from
      call_notes as c
      left join evidence_notes as e on e.call_key = c.call_key
      and e.sentence = c.sentence
    where
      e.call_key is null
    union all
    select
      'disagreement' as kind,
      without_numbers (sentence) as finding,
      'The first named layer counts; reconciliation compares the layers.' as treatment,
      counted_from as dialect,
      service,
      started_at,
      call_key as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      ledger_notes
    union all
    select
      'unpriced' as kind,
      without_numbers (unpriced_reason) as finding,
      'Tokens count, cost_usd leaves the call out; unpriced_models lists the models.' as treatment,
      counted_from as dialect,
      service,
      started_at,
      call_key as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      call_ledger
    where
      unpriced_reason is not null
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'no run' as kind,
      'the call names no run and has no ancestor that does' as finding,
      'Counts in every total, under no run.' as treatment,
      counted_from as dialect,
      service,
      started_at,
      call_key as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      call_ledger
    where
      run_id is null
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'no phase' as kind,
      'the call names no phase and has no ancestor that does' as finding,
      'Counts in every total, under no phase.' as treatment,
      counted_from as dialect,
      service,
      started_at,
      call_key as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      call_ledger
    where
      phase is null
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'no agent' as kind,
      'the call names no agent and has no ancestor that does' as finding,
      'Counts in every total, under no agent.' as treatment,
      counted_from as dialect,
      service,
      started_at,
      call_key as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      call_ledger
    where
      agent is null
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'unknown telemetry' as kind,
      'a span that no dialect reads' as finding,
      'Kept with all attributes; no call is read from it.' as treatment,
      dialect,
      service,
      started_at,
      'span:' || trace_id || '/' || span_id as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      spans
    where
      dialect = 'unknown'
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'unknown telemetry' as kind,
      'a log record that no dialect reads' as finding,
      'Kept with all attributes; no call is read from it.' as treatment,
      dialect,
      service,
      recorded_at as started_at,
      'log:' || log_id as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      logs
    where
      dialect = 'unknown'
      and recorded_at >= as_time ($since)
      and recorded_at < as_time ($until)
    union all
    select
      'clock' as kind,
      'the end is before the start' as finding,
      'Kept; it has no duration.' as treatment,
      dialect,
      service,
      started_at,
      'span:' || trace_id || '/' || span_id as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      spans
    where
      end_unix_nano < start_unix_nano
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'clock' as kind,
      'it arrived more than an hour after its end' as finding,
      'Counts at the time that it states; reports of that time have changed since.' as treatment,
      dialect,
      service,
      started_at,
      'span:' || trace_id || '/' || span_id as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      spans
    where
      elapsed_ms (ended_at, received_at) > 3600000
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
    union all
    select
      'clock' as kind,
      'it ended more than a minute after it arrived, so the clock of its sender is ahead' as finding,
      'Counts at the time that it states.' as treatment,
      dialect,
      service,
      started_at,
      'span:' || trace_id || '/' || span_id as item_id,
      run_name,
      phase,
      agent,
      session_id,
      user_id
    from
      spans
    where
      elapsed_ms (received_at, ended_at) > 60000
      and started_at >= as_time ($since)
      and started_at < as_time ($until)
  )
select
  kind,
  finding,
  treatment,
  dialect,
  service,
  count(*) as items,
  min(started_at) as first_seen_at,
  max(started_at) as last_seen_at,
  first_few (item_id) as examples
from
  findings
where
  finding is not null
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
group by
  kind,
  finding,
  treatment,
  dialect,
  service
order by
  kind,
  count(*) desc,
  finding,
  dialect,
  service nulls last;
