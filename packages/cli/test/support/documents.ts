/** A phase report as the API writes it: decimals with more digits than a double holds. */
export const PHASE_REPORT = `{"report":"phase_report","parameters":{"since":"24h","tz":"UTC"},"columns":[
{"name":"phase","type":"VARCHAR","unit":null,"comment":"Name of the phase."},
{"name":"entries","type":"BIGINT","unit":"count","comment":"Times that it was entered."},
{"name":"model_calls","type":"BIGINT","unit":"count","comment":"Calls to a model."},
{"name":"output_tokens","type":"HUGEINT","unit":"tokens","comment":"Tokens written by the model."},
{"name":"cost_usd","type":"DECIMAL(38,12)","unit":"USD","comment":"Computed cost."},
{"name":"duration_ms","type":"DOUBLE","unit":"ms","comment":"Time in the phase."},
{"name":"error_ratio","type":"DOUBLE","unit":"ratio","comment":"Errors per call."},
{"name":"last_seen_at","type":"TIMESTAMP","unit":"UTC","comment":"Last entry."}],
"rows":[
{"phase":"analysis","entries":12,"model_calls":48,"output_tokens":12345678901234567890,"cost_usd":1234.567890123456789012,"duration_ms":184000,"error_ratio":0.0625,"last_seen_at":"2026-11-20T23:30:00.000Z"},
{"phase":"scan, \\"fast\\"","entries":3,"model_calls":3,"output_tokens":901,"cost_usd":0.0000000015,"duration_ms":820,"error_ratio":0,"last_seen_at":null}],
"truncated":false}`;

/** Two runs, one of them still running. */
export const RUNS = `{"report":"runs","parameters":{},"columns":[
{"name":"run_id","type":"VARCHAR","unit":null,"comment":null},
{"name":"run_name","type":"VARCHAR","unit":null,"comment":null},
{"name":"run_number","type":"BIGINT","unit":null,"comment":null},
{"name":"status","type":"VARCHAR","unit":null,"comment":null},
{"name":"current_phase","type":"VARCHAR","unit":null,"comment":null},
{"name":"duration_ms","type":"DOUBLE","unit":"ms","comment":null},
{"name":"cost_usd","type":"DECIMAL(38,12)","unit":"USD","comment":null},
{"name":"error_message","type":"VARCHAR","unit":null,"comment":null}],
"rows":[
{"run_id":"r-2","run_name":"strategy","run_number":2,"status":"running","current_phase":"analysis","duration_ms":64000,"cost_usd":0.0123,"error_message":null},
{"run_id":"r-1","run_name":"strategy","run_number":1,"status":"failed","current_phase":null,"duration_ms":125000,"cost_usd":0.5,"error_message":"backtest\\u001b[31m failed"}],
"truncated":false}`;

const EMPTY = `{"report":"x","parameters":{},"columns":[],"rows":[],"truncated":false}`;

/** One run with one phase. */
export const RUN_DETAIL = `{"run":{"report":"run","parameters":{},"columns":[
{"name":"run_id","type":"VARCHAR","unit":null,"comment":null},{"name":"status","type":"VARCHAR","unit":null,"comment":null},
{"name":"cost_usd","type":"DECIMAL(38,12)","unit":"USD","comment":null},{"name":"git_commit","type":"VARCHAR","unit":null,"comment":null}],
"rows":[{"run_id":"r-1","status":"failed","cost_usd":0.006915,"git_commit":null}],"truncated":false},
"phases":${PHASE_REPORT},"agents":${EMPTY},"modelCalls":${EMPTY},"toolCalls":${EMPTY}}`;

/** The list of reports. */
export const REPORT_LIST = `{"reports":[{"name":"phase_report","title":"Phases","comment":"Time, tokens and cost per phase.","parameters":[
{"name":"since","type":"text","default":"24h","comment":"From when."},{"name":"top","type":"integer","default":null,"comment":"Most rows."}]}]}`;
