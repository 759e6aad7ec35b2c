{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'silver'
)
{%- if let Some(filter) = row_filter %}
{{ filter }}
{%- endif %}
AS
SELECT
{%- for column in columns %}
  CAST({{ column.name }} AS {{ column.ty }}) AS {{ column.name }}{% if !loop.last %},{% endif %}
{%- endfor %}
FROM VALUES
{%- for row in rows %}
  ({{ row }}){% if !loop.last %},{% endif %}
{%- endfor %}
AS rows({% for column in columns %}{{ column.name }}{% if !loop.last %}, {% endif %}{% endfor %});
