-- The members of a list joined by semicolons; NULL when the list is empty.
create or replace macro joined_text (list) as nullif(array_to_string(list, '; '), '');
