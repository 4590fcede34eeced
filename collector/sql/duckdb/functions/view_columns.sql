-- One row per column of a view as the engine knows it: type and comment, in the order of the columns.
create or replace view view_columns as
select
  c.table_name as view_name,
  c.column_index as column_number,
  c.column_name,
  c.data_type as column_type,
  c.comment as column_comment,
  v.comment as view_comment
from
  duckdb_columns() as c
  join duckdb_views() as v on v.view_oid = c.table_oid
  and v.database_name = c.database_name
where
  not v.internal;

comment on view view_columns is 'One row per column of a view: what it holds and means.';

comment on column view_columns.view_name is 'Name of the view.';

comment on column view_columns.column_number is 'Position of the column, from 1.';

comment on column view_columns.column_name is 'Name of the column.';

comment on column view_columns.column_type is 'Type of the column, as the engine names it.';

comment on column view_columns.column_comment is 'What the column means.';

comment on column view_columns.view_comment is 'What a row of the view is.';
