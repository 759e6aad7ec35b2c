{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
{%- if let Some(cluster) = storage.cluster %}
{{ cluster|item(0) }}
{%- endif %}
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'gold'
{%- for property in storage.properties %},
  {{ property }}
{%- endfor %}
)
{%- if let Some(filter) = row_filter %}
{{ filter|item(0) }}
{%- endif %}
AS
WITH measured AS (
{%- let level = 1 %}{% let pad = "  " %}
  {% include "measured.sql" %}
)

{% filter columns(0, outer.len()) %}SELECT
{%- for column in outer %}
  {% filter item(1) %}{{ column }}{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}{% endfilter %}
FROM {{ entity }}
{%- for join in joins %}
{{ join|clause(0) }}
{%- endfor %}
{% filter clause(0) %}LEFT JOIN measured
  ON {{ on }}{% endfilter %}
{%- if !conditions.is_empty() %}
{% filter clause(0) %}WHERE {% for condition in conditions %}{% if !loop.first %}
  AND {% endif %}{{ condition }}{% endfor %}{% endfilter %}
{%- endif %};
