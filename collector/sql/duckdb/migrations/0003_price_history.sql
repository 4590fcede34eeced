-- What stored calls cost before they were priced again, and since: one row per call and time that it changed.
create table call_price_history (
  call_key varchar not null,
  repriced_at timestamp not null,
  started_at timestamp not null,
  provider varchar,
  model varchar,
  old_cost_usd decimal(18, 12),
  old_price_id varchar,
  old_unpriced_reason varchar,
  new_cost_usd decimal(18, 12),
  new_price_id varchar,
  new_unpriced_reason varchar
);
