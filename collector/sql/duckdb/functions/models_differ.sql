-- Whether the words of a call's disagreement tell of a model on which these two layers contradict each other.
create or replace macro models_differ (disagreement, one_layer, other_layer) as len(
  list_filter(
    string_split(disagreement, '; '),
    lambda sentence: (
      starts_with(sentence, 'request model: ')
      or starts_with(sentence, 'response model: ')
    )
    and contains(sentence, one_layer)
    and contains(sentence, other_layer)
  )
) > 0;
