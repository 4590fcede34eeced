-- Upper end of the Wilson 95 % interval of hits among trials (Wilson 1927, z = 1.959963984540054); NULL without trials.
create or replace macro wilson_high (hits, trials) as case when hits = trials
and trials > 0 then 1.0::double when trials > 0 then least(
  1.0::double,
  (
    hits + 1.920729410347062 + 1.959963984540054 * sqrt(cast(hits as double) * (trials - hits) / trials + 0.960364705173531)
  ) / (trials + 3.841458820694124)
) end;
