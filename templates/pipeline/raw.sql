{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  {{ rescued }},
  _file_name STRING COMMENT 'File the line came from',
  _file_modified_at TIMESTAMP COMMENT 'When that file was last changed'
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'bronze',
  'pipelines.reset.allowed' = 'false'
)
AS
SELECT
{%- for column in columns %}
  {% filter item(1) %}{{ column.source }},{% endfilter %}
{%- endfor %}
  _rescued_data,
  _metadata.file_name AS _file_name,
  _metadata.file_modification_time AS _file_modified_at
FROM STREAM read_files(
  {{ path }},
{%- for option in options %}
  {{ option }},
{%- endfor %}
  rescuedDataColumn => '_rescued_data'
)
{%- if let Some(except) = except %}
WHERE NOT _metadata.file_name RLIKE {{ except }}
{%- endif %};
