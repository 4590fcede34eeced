-- Where the window of the same length before [since, until) starts.
create or replace macro previous_start (since_at, until_at) as since_at - (until_at - since_at);
