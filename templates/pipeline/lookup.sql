{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
)
{%- if let Some(cluster) = storage.cluster %}
{{ cluster|item(0) }}
{%- endif %}
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'silver'
{%- for property in storage.properties %},
  {{ property }}
{%- endfor %}
)
{%- if let Some(filter) = row_filter %}
{{ filter|item(0) }}
{%- endif %}
AS
{% filter columns(0, columns.len()) %}SELECT
{%- for column in columns %}
  {% filter item(1) %}CAST({{ column.name }} AS {{ column.ty }}) AS {{ column.name }}{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}{% endfilter %}
{% filter clause(0) %}FROM VALUES
{%- for row in rows %}
{%- if rows.len() == 1 %} ({{ row }}) {% else %}
  {% filter item(1) %}({{ row }}){% if !loop.last %},{% endif %}{% endfilter %}
{%- endif %}
{%- endfor %}
{%- if rows.len() > 1 %}
{% endif %}{% filter item(0) %}AS rows({% for column in columns %}{{ column.name }}{% if !loop.last %}, {% endif %}{% endfor %}){% endfilter %}{% endfilter %};
