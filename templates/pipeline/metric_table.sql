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
{%- if outer.is_empty() %}
{%- let level = 0 %}{% let pad = "" %}
{% include "measured.sql" %};
{%- else %}
WITH measured AS (
{%- let level = 1 %}{% let pad = "  " %}
  {% include "measured.sql" %}
)

{% filter columns(0, outer.len()) %}SELECT
{%- for column in outer %}
  {% filter item(1) %}{{ column }}{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}{% endfilter %}
FROM measured;
{%- endif %}
