{{ header }}
{% filter clause(0) %}SELECT assert_true(
  count(*) >= {{ rows }},
  {{ message }}
) AS has_enough_rows{% endfilter %}
FROM {{ raw }};
