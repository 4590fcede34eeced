-- The attributes of a metric point as one short text, the same in whatever order they were sent: with resource, scope and name it says which series the point belongs to.
create or replace macro series_of (texts, integers, doubles, booleans, documents) as md5(
  concat_ws(
    '|',
    cast(list_sort(map_entries(texts)) as varchar),
    cast(list_sort(map_entries(integers)) as varchar),
    cast(list_sort(map_entries(doubles)) as varchar),
    cast(list_sort(map_entries(booleans)) as varchar),
    cast(list_sort(map_entries(documents)) as varchar)
  )
);
