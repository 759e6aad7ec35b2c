{{ header }}
{% filter clause(0) %}SELECT assert_true(
  count(*) = 0,
  {{ message }}
) AS is_reconciled{% endfilter %}
FROM {{ reconciliation }}
WHERE (actual = expected) IS NOT TRUE;
