-- Whether an item states a label itself instead of inheriting it; the label is given as its bit (1 run id, 16 agent).
create or replace macro owns_label (own_labels, label_bit) as (cast(own_labels as integer) & label_bit) <> 0;
