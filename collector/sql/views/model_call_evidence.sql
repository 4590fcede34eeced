-- One row per report of a model call: what each layer said, and whether its tokens count.
-- grain: evidence
-- reads: call_evidence
create or replace view model_call_evidence as
select
  evidence_id,
  call_key,
  counted,
  dialect,
  source,
  scope,
  rank,
  trace_id,
  span_id,
  provider_request_id,
  message_id,
  client_request_id,
  run_id,
  run_name,
  phase,
  phase_entry,
  agent,
  agent_id,
  parent_agent,
  session_id,
  conversation_id,
  user_id,
  service,
  provider,
  request_model,
  response_model,
  started_at,
  time_of_nanos (end_unix_nano) as ended_at,
  nanos_elapsed_ms (start_unix_nano, end_unix_nano) as duration_ms,
  ttft_ms,
  status,
  error_type,
  error_message,
  attempts,
  finish_reason,
  uncached_input_tokens,
  cache_read_tokens,
  cache_write_5m_tokens,
  cache_write_1h_tokens,
  cache_write_unknown_tokens,
  input_total (
    uncached_input_tokens,
    cache_read_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    cache_write_unknown_tokens
  ) as input_tokens,
  output_tokens,
  reasoning_tokens,
  web_search_requests,
  service_tier,
  speed,
  inference_geo,
  cost_reported_usd,
  joined_text (notes) as remarks
from
  call_evidence;

comment on view model_call_evidence is 'One row per report of a model call: the span or log record that tells of it, what it said, and whether its tokens count.';

comment on column model_call_evidence.evidence_id is 'Identity of the report: span:<trace>/<span> or log:<id>.';

comment on column model_call_evidence.call_key is 'Call that it reports; joins to model_calls.';

comment on column model_call_evidence.counted is 'Whether the token figures of the call are those of this report.';

comment on column model_call_evidence.dialect is 'Dialect that the report is written in.';

comment on column model_call_evidence.source is 'span or log.';

comment on column model_call_evidence.scope is 'call for one request, aggregate for a sum over requests.';

comment on column model_call_evidence.rank is 'Trust in the layer; the lowest of a call counts.';

comment on column model_call_evidence.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column model_call_evidence.span_id is 'Span that reports it, or in which the log record was written (16 hex digits).';

comment on column model_call_evidence.provider_request_id is 'The provider''s identity of the request, if it was reported.';

comment on column model_call_evidence.message_id is 'The provider''s identity of the answer, if it was reported.';

comment on column model_call_evidence.client_request_id is 'The client''s identity of the request, if it was reported.';

comment on column model_call_evidence.run_id is 'Identity of the run; joins to runs.';

comment on column model_call_evidence.run_name is 'Series that the run belongs to.';

comment on column model_call_evidence.phase is 'Phase that the report carries after inheritance.';

comment on column model_call_evidence.phase_entry is 'Which entry of the phase, counted from 1; joins to phases.entry.';

comment on column model_call_evidence.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column model_call_evidence.agent_id is 'Identity of the acting agent where names are not unique.';

comment on column model_call_evidence.parent_agent is 'Name of the agent that called this one.';

comment on column model_call_evidence.session_id is 'Session that it belongs to; joins to sessions.';

comment on column model_call_evidence.conversation_id is 'Conversation or thread that it belongs to.';

comment on column model_call_evidence.user_id is 'Who used it.';

comment on column model_call_evidence.service is 'Service that sent it (service.name).';

comment on column model_call_evidence.provider is 'Who was asked, e.g. anthropic.';

comment on column model_call_evidence.request_model is 'Model that was asked for, as it was reported.';

comment on column model_call_evidence.response_model is 'Model that answered, as it was reported.';

comment on column model_call_evidence.started_at is 'Start as this layer saw it (UTC).';

comment on column model_call_evidence.ended_at is 'End as this layer saw it (UTC).';

comment on column model_call_evidence.duration_ms is 'Time from start to end as this layer saw it.';

comment on column model_call_evidence.ttft_ms is 'Time to the first token, if it was reported.';

comment on column model_call_evidence.status is 'ok, error or cancelled.';

comment on column model_call_evidence.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column model_call_evidence.error_message is 'What the error said; NULL without an error.';

comment on column model_call_evidence.attempts is 'HTTP attempts, the first included; NULL when they were not reported.';

comment on column model_call_evidence.finish_reason is 'Why the model stopped.';

comment on column model_call_evidence.uncached_input_tokens is 'Input that was neither read from nor written to the cache; NULL when it was not reported.';

comment on column model_call_evidence.cache_read_tokens is 'Input read from the prompt cache; NULL when it was not reported.';

comment on column model_call_evidence.cache_write_5m_tokens is 'Input written to the prompt cache for 5 minutes; NULL when it was not reported.';

comment on column model_call_evidence.cache_write_1h_tokens is 'Input written to the prompt cache for 1 hour; NULL when it was not reported.';

comment on column model_call_evidence.cache_write_unknown_tokens is 'Input written to the prompt cache for a time that was not reported.';

comment on column model_call_evidence.input_tokens is 'Whole input: the sum of the five input buckets; NULL when none of them was reported.';

comment on column model_call_evidence.output_tokens is 'Output, reasoning included; NULL when it was not reported.';

comment on column model_call_evidence.reasoning_tokens is 'Part of the output that was reasoning; never to be added to it.';

comment on column model_call_evidence.web_search_requests is 'Web searches that the provider did for the call.';

comment on column model_call_evidence.service_tier is 'Service tier that answered, e.g. standard, priority or batch.';

comment on column model_call_evidence.speed is 'standard or fast.';

comment on column model_call_evidence.inference_geo is 'Where the inference ran, if that was reported.';

comment on column model_call_evidence.cost_reported_usd is 'Cost that the report states.';

comment on column model_call_evidence.remarks is 'What was odd about the figures and how it was treated; NULL when nothing was.';
