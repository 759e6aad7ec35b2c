{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
{%- if let Some(cluster) = storage.cluster %}
{{ cluster|item(0) }}
{%- endif %}
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'silver',
  'delta.enableRowTracking' = 'true',
  'delta.enableDeletionVectors' = 'true',
  'delta.enableChangeDataFeed' = 'true'
{%- for property in storage.properties %},
  {{ property }}
{%- endfor %}
)
{%- if let Some(filter) = row_filter %}
{{ filter|item(0) }}
{%- endif %};

CREATE FLOW {{ flow }} AS AUTO CDC INTO {{ name }}
FROM STREAM({{ clean }})
{% filter item(0) %}KEYS ({{ key }}){% endfilter %}
{%- if let Some(clause) = ignored %}
{{ clause|item(0) }}
{%- endif %}
{%- if let Some(condition) = delete_when %}
{% filter item(0) %}APPLY AS DELETE WHEN {{ condition }}{% endfilter %}
{%- endif %}
SEQUENCE BY _sequence
COLUMNS * EXCEPT (_sequence)
STORED AS SCD TYPE {{ scd_type }};
