-- The text of an attribute; NULL when it is not there.
create or replace macro text_at (attributes, attribute_key) as attributes[attribute_key];
