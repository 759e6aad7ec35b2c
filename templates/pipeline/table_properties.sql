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
{%- endif %}
