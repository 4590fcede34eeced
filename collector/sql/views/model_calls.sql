-- One row per model call, however many layers reported it: who asked which model, tokens, cost, outcome.
-- grain: call
-- reads: call_ledger
create or replace view model_calls as
select
  call_key,
  trace_id,
  span_id,
  run_id,
  phase,
  agent,
  parent_agent,
  session_id,
  user_id,
  service,
  provider,
  request_model,
  response_model,
  model,
  started_at,
  ended_at,
  duration_ms,
  ttft_ms,
  status,
  error_type,
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
  cost_usd,
  cost_reported_usd,
  price_id,
  unpriced_reason is not null as unpriced,
  layers,
  counted_from,
  joined_text (disagreements) as disagreement
from
  call_ledger;

comment on view model_calls is 'One row per model call (one logical request to a provider, retries included), however many layers reported it.';

comment on column model_calls.call_key is 'Identity of the call, the same whatever order its reports arrive in; joins to model_call_evidence.';

comment on column model_calls.trace_id is 'Trace that it belongs to (32 hex digits).';

comment on column model_calls.span_id is 'Span that tells of it (16 hex digits).';

comment on column model_calls.run_id is 'Identity of the run; joins to runs.';

comment on column model_calls.phase is 'Name of the phase; NULL outside any phase.';

comment on column model_calls.agent is 'Name of the acting agent; NULL outside any agent.';

comment on column model_calls.parent_agent is 'Name of the agent that called this one.';

comment on column model_calls.session_id is 'Session that it belongs to; joins to sessions.';

comment on column model_calls.user_id is 'Who used it.';

comment on column model_calls.service is 'Service that sent it (service.name).';

comment on column model_calls.provider is 'Who was asked, e.g. anthropic.';

comment on column model_calls.request_model is 'Model that was asked for, as it was reported.';

comment on column model_calls.response_model is 'Model that answered, as it was reported.';

comment on column model_calls.model is 'Canonical name of the model, or what was reported when it is not known.';

comment on column model_calls.started_at is 'When the request was sent (UTC).';

comment on column model_calls.ended_at is 'When the answer was complete (UTC).';

comment on column model_calls.duration_ms is 'Time from request to complete answer, retries included.';

comment on column model_calls.ttft_ms is 'Time to the first token, if it was reported.';

comment on column model_calls.status is 'ok, error or cancelled.';

comment on column model_calls.error_type is 'Kind of error: a class name, a code, an API error type; NULL without an error.';

comment on column model_calls.attempts is 'HTTP attempts, the first included; NULL when they were not reported.';

comment on column model_calls.finish_reason is 'Why the model stopped.';

comment on column model_calls.uncached_input_tokens is 'Input that was neither read from nor written to the cache; NULL when it was not reported.';

comment on column model_calls.cache_read_tokens is 'Input read from the prompt cache; NULL when it was not reported.';

comment on column model_calls.cache_write_5m_tokens is 'Input written to the prompt cache for 5 minutes; NULL when it was not reported.';

comment on column model_calls.cache_write_1h_tokens is 'Input written to the prompt cache for 1 hour; NULL when it was not reported.';

comment on column model_calls.cache_write_unknown_tokens is 'Input written to the prompt cache for a time that was not reported.';

comment on column model_calls.input_tokens is 'Whole input: the sum of the five input buckets; NULL when none of them was reported.';

comment on column model_calls.output_tokens is 'Output, reasoning included; NULL when it was not reported.';

comment on column model_calls.reasoning_tokens is 'Part of the output that was reasoning; never to be added to it.';

comment on column model_calls.web_search_requests is 'Web searches that the provider did for the call.';

comment on column model_calls.service_tier is 'Service tier that answered, e.g. standard, priority or batch.';

comment on column model_calls.speed is 'standard or fast.';

comment on column model_calls.inference_geo is 'Where the inference ran, if that was reported.';

comment on column model_calls.cost_usd is 'Computed cost, exact; NULL when no price is known or there is nothing to price.';

comment on column model_calls.cost_reported_usd is 'Cost that a source stated; kept beside the computed one, never added to it.';

comment on column model_calls.price_id is 'Price row that was used, e.g. anthropic/claude-sonnet-5-5@2026-10-07.';

comment on column model_calls.unpriced is 'True when the call should have a price and none is known.';

comment on column model_calls.layers is 'Dialects that reported the call, sorted.';

comment on column model_calls.counted_from is 'Dialect whose token figures count.';

comment on column model_calls.disagreement is 'What the layers disagree on; NULL when they agree.';
