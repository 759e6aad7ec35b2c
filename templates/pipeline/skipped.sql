{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
  {{ line }},
  _file_name STRING COMMENT 'File the line came from',
  _file_modified_at TIMESTAMP COMMENT 'When that file was last changed'
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'monitoring',
  'pipelines.reset.allowed' = 'false'
)
AS
{%- if skip_lines > 0 %}
WITH files AS (
  SELECT
    value,
    _metadata.file_name AS _file_name,
    _metadata.file_modification_time AS _file_modified_at
  {% filter clause(1) %}FROM STREAM read_files({{ path }}, format => 'text', schema => 'value STRING', wholeText => true){% endfilter %}
  {%- if let Some(except) = except %}
  WHERE NOT _metadata.file_name RLIKE {{ except }}
  {%- endif %}
),

lines AS (
  SELECT
    -- A mark of the byte order is no part of the first line.
    posexplode(split(regexp_replace(value, '^\uFEFF', ''), '\r\n|\n|\r')) AS (position, line),
    _file_name,
    _file_modified_at
  FROM files
)

SELECT
  line,
  _file_name,
  _file_modified_at
FROM lines
{% filter clause(0) %}WHERE line <> '' AND {% if let Some(mark) = mark %}(position < {{ skip_lines }} OR startswith(line, {{ mark }})){% else %}position < {{ skip_lines }}{% endif %}{% endfilter %};
{%- else %}
SELECT
  value AS line,
  _metadata.file_name AS _file_name,
  _metadata.file_modification_time AS _file_modified_at
{% filter clause(0) %}FROM STREAM read_files({{ path }}, format => 'text', schema => 'value STRING'){% endfilter %}
{% filter clause(0) %}WHERE {% if let Some(mark) = mark %}startswith(value, {{ mark }}){% endif %}
{%- if let Some(except) = except %} AND NOT _metadata.file_name RLIKE {{ except }}{% endif %}{% endfilter %};
{%- endif %}
