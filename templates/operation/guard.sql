{{ header }}
{% filter clause(0) %}SELECT assert_true(
  {{ found }} IS NOT DISTINCT FROM {{ release }},
  {{ message }}
) AS is_deployed{% endfilter %}
{%- if let Some(from) = from %}
FROM {{ from }}
{%- endif %};
