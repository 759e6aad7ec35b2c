{{ header }}
CREATE OR REFRESH STREAMING TABLE {{ name }} (
  _violations ARRAY<STRING> COMMENT 'Names of all rules that the row breaks',
{%- for column in columns %}
  {{ column }},
{%- endfor %}
{%- if let Some(corrupt) = corrupt %}
  {{ corrupt }},
{%- endif %}
  {{ rescued }},
  _file_name STRING COMMENT 'File the row came from',
  _file_modified_at TIMESTAMP COMMENT 'When that file was last changed'
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'quarantine'
)
AS
SELECT
  _violations,
{%- for column in columns %}
  _raw.{{ column.name }} AS {{ column.name }},
{%- endfor %}
{%- if corrupt.is_some() %}
  _corrupt_record,
{%- endif %}
  _rescued_data,
  _file_name,
  _file_modified_at
FROM STREAM {{ checked }}
WHERE _quarantined;
