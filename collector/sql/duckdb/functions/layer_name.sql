-- How a layer is named: its dialect, and whether a span or a log record reports.
create or replace macro layer_name (dialect, source) as dialect || ' (' || source || ')';
