-- The calendar day (a date) on which a UTC timestamp falls in an IANA time zone; the way around the zone is taken only when there is one.
create or replace macro day_in (moment, zone) as case when zone = 'UTC' then cast(moment as date) else cast(timezone(zone, timezone('UTC', moment)) as date) end;
