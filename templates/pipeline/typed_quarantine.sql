{{ header }}
CREATE OR REFRESH {% if streams %}STREAMING TABLE{% else %}MATERIALIZED VIEW{% endif %} {{ name }} (
  _violations ARRAY<STRING> COMMENT 'Names of all rules that the row breaks',
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'quarantine'
)
AS
SELECT
  _violations,
{%- for value in values %}
  {{ value }}{% if !loop.last %},{% endif %}
{%- endfor %}
FROM {% if streams %}STREAM {% endif %}{{ checked }}
WHERE _quarantined;
