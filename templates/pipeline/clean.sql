{{ header }}
CREATE TEMPORARY VIEW {{ name }}
COMMENT {{ comment }}
AS
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  {{ sequence }} AS _sequence
FROM STREAM {{ checked }}
WHERE NOT _quarantined;
