{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  _missing ARRAY<STRING> COMMENT 'Columns whose value is not known to the entity they refer to'
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'quarantine'
)
{%- if let Some(filter) = row_filter %}
{{ filter }}
{%- endif %}
AS
SELECT
{%- for column in columns %}
  {{ entity }}.{{ column.name }},
{%- endfor %}
  array_compact(array(
{%- for reference in references %}
    CASE WHEN {{ reference.missing }} THEN {{ reference.literal }} END{% if !loop.last %},{% endif %}
{%- endfor %}
  )) AS _missing
FROM {{ entity }}
{%- for reference in references %}
LEFT JOIN {{ reference.table }} ON {{ reference.condition }}
{%- endfor %}
WHERE {% if let Some(current) = current %}{{ current }}
  AND ({% endif %}
{%- for reference in references %}
  {%- if !loop.first %}
  OR {% endif %}({{ reference.missing }})
{%- endfor %}{% if current.is_some() %}){% endif %};
