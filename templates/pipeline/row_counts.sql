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
  CONSTRAINT every_line_is_accounted_for EXPECT (coalesce(raw_rows = clean_rows + quarantined_rows + dropped_rows, FALSE)) ON VIOLATION FAIL UPDATE
{%- for minimum in minima %},
  CONSTRAINT {{ minimum.name }} EXPECT (coalesce(entity <> {{ minimum.entity }} OR raw_rows >= {{ minimum.rows }}, FALSE))
    {%- if minimum.fails %} ON VIOLATION FAIL UPDATE{% endif %}
{%- endfor %}
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'monitoring'
)
AS
{%- if parts.len() > 1 %}
WITH
{%- endif %}
{%- for entities in parts %}
{%- if parts.len() > 1 %}
part_{{ loop.index }} AS (
{%- endif %}
{%- for entity in entities %}
SELECT
  {{ entity.literal }} AS entity,
  (SELECT count(*) FROM {{ entity.raw }}) AS raw_rows,
  (SELECT count(*) FROM {{ entity.checked }} WHERE NOT _quarantined) AS clean_rows,
  (SELECT count(*) FROM {{ entity.quarantine }}) AS quarantined_rows,
  (SELECT count(*) FROM {{ entity.raw }}) - (SELECT count(*) FROM {{ entity.checked }}) AS dropped_rows,
  {{ entity.duplicate_rows }} AS duplicate_rows,
  (SELECT count(*) FROM {{ entity.table }}) AS table_rows,
  {{ entity.orphan_rows }} AS orphan_rows
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
