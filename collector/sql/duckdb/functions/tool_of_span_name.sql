-- The tool that a span of the conventions' form "execute_tool {name}" is about, or the whole name.
create or replace macro tool_of_span_name (span_name) as regexp_replace(span_name, '^execute_tool ', '');
