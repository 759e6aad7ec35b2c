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
{{ filter|item(0) }}
{%- endif %}
AS
SELECT
{%- for column in columns %}
  {{ entity }}.{{ column.name }},
{%- endfor %}
  {% filter item(1) %}array_compact(array(
{%- for reference in references %}
    {% filter item(2) %}CASE
      WHEN {{ reference.missing }} THEN {{ reference.literal }}
    END{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}
  )) AS _missing{% endfilter %}
FROM {{ entity }}
{%- for reference in references %}
{% filter clause(0) %}LEFT JOIN {{ reference.table }}
  ON {{ reference.condition }}{% endfilter %}
{%- endfor %}
{% filter clause(0) %}WHERE {% if let Some(current) = current %}{{ current }} AND ({% endif %}
{%- for reference in references %}
  {%- if !loop.first %} OR {% endif %}({{ reference.missing }})
{%- endfor %}{% if current.is_some() %}){% endif %}{% endfilter %};
