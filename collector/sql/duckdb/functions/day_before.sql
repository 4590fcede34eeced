-- A timestamp one day earlier: enough slack for senders whose clocks disagree.
create or replace macro day_before (moment) as moment - to_days(1);
