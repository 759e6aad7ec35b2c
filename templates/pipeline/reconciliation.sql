{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
  dataset STRING COMMENT 'Table that is checked',
  measure STRING COMMENT 'Measure that is summed up over the whole table',
  actual {{ ty }} COMMENT 'Sum over the table',
  expected {{ ty }} COMMENT 'The same, computed from {{ from_name }} at once',
  CONSTRAINT reconciles EXPECT (coalesce(actual = expected, FALSE)) ON VIOLATION FAIL UPDATE
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'monitoring'
)
AS
WITH measured AS (
{%- let level = 1 %}{% let pad = "  " %}
  {% include "measured.sql" %}
),

left_out AS (
  -- Rows that resolve but do not meet the condition of the metric.
  SELECT count(*) AS row_count
  FROM {{ body.from }}
{%- for join in body.joins %}
  {{ join|clause(1) }}
{%- endfor %}
  {% filter clause(1) %}WHERE {% for condition in left_out %}{% if !loop.first %}
    AND {% endif %}{{ condition }}{% endfor %}{% endfilter %}
),

expected AS (
{%- for measure in measures %}
  SELECT
    {{ measure.literal }} AS measure,
    CAST({{ measure.name }} AS {{ ty }}) AS total
  FROM measured
  {%- if !loop.last %}
  UNION ALL{% endif %}
{%- endfor %}
),

actual AS (
{%- for total in totals %}
  SELECT
    {{ total.dataset }} AS dataset,
    {{ total.literal }} AS measure,
    CAST(sum({{ total.measure }}) AS {{ ty }}) AS total
  FROM {{ total.table }}
  {%- if !loop.last %}
  UNION ALL{% endif %}
{%- endfor %}
)

SELECT
  actual.dataset,
  actual.measure,
  coalesce(actual.total, 0) AS actual,
  coalesce(expected.total, 0) AS expected
FROM actual
INNER JOIN expected ON actual.measure = expected.measure
UNION ALL
SELECT
  {{ from_literal }} AS dataset,
  'rows' AS measure,
  {% filter item(1) %}CAST(
    {% filter item(2) %}(SELECT _rows FROM measured)
      + (SELECT row_count FROM left_out)
      + {{ orphan_rows }} AS {{ ty }}{% endfilter %}
  ) AS actual,{% endfilter %}
  {% filter item(1) %}CAST((SELECT count(*) FROM {{ from_current }}) AS {{ ty }}) AS expected{% endfilter %};
