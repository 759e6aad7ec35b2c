{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
CLUSTER BY ({{ cluster_by }})
COMMENT {{ comment }}
{% include "table_properties.sql" %};

CREATE FLOW {{ flow }} AS AUTO CDC INTO {{ name }}
FROM STREAM({{ clean }})
KEYS ({{ key }})
{%- if let Some(condition) = delete_when %}
APPLY AS DELETE WHEN {{ condition }}
{%- endif %}
SEQUENCE BY _sequence
COLUMNS * EXCEPT (_sequence)
STORED AS SCD TYPE {{ scd_type }};
