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
{%- if let [references] = parts.as_slice() %}
{%- let level = 0 %}{% let pad = "" %}
{%- for reference in references %}
{% include "orphan_count.sql" %}
{%- if !loop.last %}
UNION ALL
{%- endif %}
{%- endfor %}
{%- else %}
{%- let level = 1 %}{% let pad = "  " %}
WITH {% for references in parts %}part_{{ loop.index }} AS (
{%- for reference in references %}
  {% include "orphan_count.sql" %}
{%- if !loop.last %}
  UNION ALL
{%- endif %}
{%- endfor %}
){% if !loop.last %},

{% endif %}{% endfor %}

{% for _part in parts %}SELECT *
FROM part_{{ loop.index }}
{%- if !loop.last %}
UNION ALL
{% endif %}{% endfor %}
{%- endif %};
