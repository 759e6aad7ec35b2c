{{ header }}
CREATE OR REFRESH {% if streams %}STREAMING TABLE{% else %}MATERIALIZED VIEW{% endif %} {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
{%- if let Some(cluster) = storage.cluster %}
{{ cluster|item(0) }}
{%- endif %}
COMMENT {{ comment }}
{% include "table_properties.sql" %}
AS
{% filter columns(0, columns.len()) %}SELECT
{%- for column in columns %}
  {{ column.name }}{% if !loop.last %},{% endif %}
{%- endfor %}{% endfilter %}
FROM {% if streams %}STREAM {% endif %}{{ checked }}
WHERE NOT _quarantined;
