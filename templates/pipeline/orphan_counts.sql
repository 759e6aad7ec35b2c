{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
  entity STRING COMMENT 'Entity whose rows refer to something unknown',
  reference_column STRING COMMENT 'Column that refers to it',
  referenced_entity STRING COMMENT 'Entity that does not know it',
  orphan_rows BIGINT COMMENT 'Rows that wait for the other file'
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'monitoring'
)
AS
{%- if parts.len() > 1 %}
WITH
{%- endif %}
{%- for references in parts %}
{%- if parts.len() > 1 %}
part_{{ loop.index }} AS (
{%- endif %}
{%- for reference in references %}
SELECT
  {{ reference.entity }} AS entity,
  {{ reference.column }} AS reference_column,
  {{ reference.referenced }} AS referenced_entity,
  (SELECT count(*) FROM {{ reference.orphans }} WHERE array_contains(_missing, {{ reference.column }})) AS orphan_rows
{%- if !loop.last %}
UNION ALL
{%- endif %}
{%- endfor %}
{%- if parts.len() > 1 %}
){% if !loop.last %},{% endif %}
{%- endif %}
{%- endfor %}
{%- if parts.len() > 1 %}
{% for _part in parts %}
{%- if !loop.first %}
UNION ALL{% endif %}
SELECT * FROM part_{{ loop.index }}
{%- endfor %}
{%- endif %};
