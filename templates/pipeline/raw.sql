{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  _rescued_data STRING COMMENT 'Fields of the line that no column is declared for, as JSON',
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
  format => 'csv',
  schema => {{ schema }},
  header => {{ csv.header }},
{%- if let Some(delimiter) = csv.delimiter %}
  sep => {{ delimiter }},
{%- endif %}
{%- if let Some(quote) = csv.quote %}
  quote => {{ quote }},
{%- endif %}
  escape => {{ csv.escape }},
  multiLine => {{ csv.comment.is_none() }},
{%- if csv.skip_lines > 0 %}
  skipRows => {{ csv.skip_lines }},
{%- endif %}
{%- if let Some(comment) = csv.comment %}
  comment => {{ comment }},
{%- endif %}
{%- if csv.is_latin_1 %}
  encoding => 'iso-8859-1',
{%- endif %}
  mode => 'PERMISSIVE',
{%- if allow_overwrites %}
  allowOverwrites => true,
{%- endif %}
  rescuedDataColumn => '_rescued_data'
)
{%- if let Some(except) = except %}
WHERE NOT _metadata.file_name RLIKE {{ except }}
{%- endif %};
