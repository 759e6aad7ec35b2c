{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
{%- if !cluster_by.is_empty() %}
{% filter item(0) %}CLUSTER BY ({{ cluster_by }}){% endfilter %}
{%- endif %}
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'silver',
  'delta.enableRowTracking' = 'true',
  'delta.enableDeletionVectors' = 'true',
  'delta.enableChangeDataFeed' = 'true'
{%- if let Some(columns) = indexed %},
  'delta.dataSkippingNumIndexedCols' = {{ columns }}
{%- endif %}
)
{%- if let Some(filter) = row_filter %}
{{ filter|item(0) }}
{%- endif %};

CREATE FLOW {{ flow }} AS AUTO CDC INTO {{ name }}
FROM STREAM({{ clean }})
{% filter item(0) %}KEYS ({{ key }}){% endfilter %}
{%- if let Some(condition) = delete_when %}
{% filter item(0) %}APPLY AS DELETE WHEN {{ condition }}{% endfilter %}
{%- endif %}
SEQUENCE BY _sequence
COLUMNS * EXCEPT (_sequence)
STORED AS SCD TYPE {{ scd_type }};
