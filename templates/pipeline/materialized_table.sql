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
{% include "table_properties.sql" %}
