{{ header }}
CREATE OR REFRESH MATERIALIZED VIEW {{ name }} (
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  row_count BIGINT COMMENT 'Rows delivered with this key',
  exact_duplicates BIGINT COMMENT 'Rows that repeat another one value for value',
  conflicting_duplicates BIGINT COMMENT 'Rows that differ from each other, less the one that could stay'
)
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'monitoring'
)
AS
WITH variants AS (
  SELECT
{%- for column in all_columns %}
    {{ column }},
{%- endfor %}
    count(*) AS _copies
  FROM {{ checked }}
  WHERE NOT _quarantined
  {% filter columns(1, all_columns.len()) %}GROUP BY
{%- for column in all_columns %}
    {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}{% endfilter %}
)

SELECT
{%- for column in columns %}
  {{ column.name }},
{%- endfor %}
  sum(_copies) AS row_count,
  sum(_copies) - count(*) AS exact_duplicates,
  count(*) - 1 AS conflicting_duplicates
FROM variants
{% filter columns(0, columns.len()) %}GROUP BY
{%- for column in columns %}
  {{ column.name }}{% if !loop.last %},{% endif %}
{%- endfor %}{% endfilter %}
HAVING sum(_copies) > 1;
