{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
{% filter item(0) %}CLUSTER BY ({{ cluster_by }}){% endfilter %}
COMMENT {{ comment }}
{% include "table_properties.sql" %};

CREATE FLOW {{ flow }} AS AUTO CDC INTO {{ name }}
FROM STREAM({{ clean }})
{% filter item(0) %}KEYS ({{ key }}){% endfilter %}
{%- if let Some(condition) = delete_when %}
{% filter item(0) %}APPLY AS DELETE WHEN {{ condition }}{% endfilter %}
{%- endif %}
SEQUENCE BY _sequence
COLUMNS * EXCEPT (_sequence)
STORED AS SCD TYPE {{ scd_type }};
