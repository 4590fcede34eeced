-- What a call adds to a sum of cost: its cost, 0 where nothing was to be priced, NULL where no price is known.
create or replace macro charge (cost_usd, unpriced_reason) as case when unpriced_reason is null then coalesce(cost_usd, cast(0 as decimal(18, 12))) else cost_usd end;
