-- A text with every number in it replaced by N, so that texts of one kind are equal.
create or replace macro without_numbers (x) as regexp_replace(x, '[0-9]+([.][0-9]+)?', 'N', 'g');
