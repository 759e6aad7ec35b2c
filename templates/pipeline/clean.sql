{{ header }}
CREATE TEMPORARY VIEW {{ name }}
COMMENT {{ comment }}
AS
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  {% filter item(1) %}{{ sequence }} AS _sequence{% endfilter %}
FROM STREAM {{ checked }}
WHERE NOT _quarantined;
