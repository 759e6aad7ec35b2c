{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
COMMENT {{ comment }}
{% include "table_properties.sql" %}
AS
{% filter columns(0, columns.len()) %}SELECT
{%- for column in columns %}
  {{ column.name }}{% if !loop.last %},{% endif %}
{%- endfor %}{% endfilter %}
FROM STREAM {{ checked }}
WHERE NOT _quarantined;
