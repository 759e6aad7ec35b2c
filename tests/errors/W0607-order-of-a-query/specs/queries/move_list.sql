SELECT taken_on, concat(first(id), array_join(array_sort(collect_list(id)), '-'), array_join(collect_list(id), '+')) AS one
FROM moves
GROUP BY taken_on
