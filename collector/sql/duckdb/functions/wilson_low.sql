-- Lower end of the Wilson 95 % interval of hits among trials (Wilson 1927, z = 1.959963984540054); NULL without trials.
create or replace macro wilson_low (hits, trials) as case when hits = 0
and trials > 0 then 0.0::double when trials > 0 then greatest(
  0.0::double,
  (
    hits + 1.920729410347062 - 1.959963984540054 * sqrt(cast(hits as double) * (trials - hits) / trials + 0.960364705173531)
  ) / (trials + 3.841458820694124)
) end;
