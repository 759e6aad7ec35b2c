{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'gold'
)
{%- if let Some(filter) = row_filter %}
{{ filter }}
{%- endif %}
AS
WITH measured AS (
  {% filter indent(2) %}{% include "measured.sql" %}{% endfilter %}
)

SELECT
{%- for column in outer %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
FROM {{ entity }}
{%- for join in joins %}
{{ join }}
{%- endfor %}
LEFT JOIN measured ON {{ on }}
{%- for condition in conditions %}
{% if loop.first %}WHERE {% else %}  AND {% endif %}{{ condition }}
{%- endfor %};
