{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
  entity STRING COMMENT 'Entity that is counted',
  raw_rows BIGINT COMMENT 'Lines delivered',
  clean_rows BIGINT COMMENT 'Lines that stay',
  quarantined_rows BIGINT COMMENT 'Lines in quarantine',
  dropped_rows BIGINT COMMENT 'Lines left out by a rule',
  duplicate_rows BIGINT COMMENT 'Lines that stay but give way to a newer or equal line of the same key',
  table_rows BIGINT COMMENT 'Rows of the table',
  orphan_rows BIGINT COMMENT 'Rows of the table that refer to something unknown',
  CONSTRAINT every_line_is_accounted_for
    EXPECT (coalesce(raw_rows = clean_rows + quarantined_rows + dropped_rows, FALSE))
    ON VIOLATION FAIL UPDATE
{%- for minimum in minima %},
  {% filter element(1) %}CONSTRAINT {{ minimum.name }}
    EXPECT (coalesce(entity <> {{ minimum.entity }} OR raw_rows >= {{ minimum.rows }}, FALSE))
    {%- if minimum.fails %} ON VIOLATION FAIL UPDATE{% endif %}{% endfilter %}
{%- endfor %}
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'monitoring'
)
AS
{%- if let [entities] = parts.as_slice() %}
{%- let level = 0 %}{% let pad = "" %}
{%- for entity in entities %}
{% include "row_count.sql" %}
{%- if !loop.last %}
UNION ALL
{%- endif %}
{%- endfor %}
{%- else %}
{%- let level = 1 %}{% let pad = "  " %}
WITH {% for entities in parts %}part_{{ loop.index }} AS (
{%- for entity in entities %}
  {% include "row_count.sql" %}
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
