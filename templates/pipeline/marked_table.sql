{% include "materialized_table.sql" %}
AS
WITH variants AS (
  -- Every row that stays, once, and whether it deletes its key.
  SELECT DISTINCT
{%- for column in own %}
    {{ column }},
{%- endfor %}
{%- for column in file %}
    {{ column }},
{%- endfor %}
    {% filter item(2) %}{{ deletes }} AS _deletes{% endfilter %}
  FROM {{ checked }}
  WHERE NOT _quarantined
),

newest AS (
  -- Behind the newest row that does not delete its key, there can only be rows that do.
  SELECT
    *,
    {% filter item(2) %}coalesce(lead(_deletes) OVER (PARTITION BY {{ key }} ORDER BY {{ older }}), FALSE) AS is_deleted,{% endfilter %}
    {% filter item(2) %}lead({{ at }}) OVER (PARTITION BY {{ key }} ORDER BY {{ older }}) AS deleted_at{% endfilter %}
  FROM variants
)

SELECT
{%- for column in own %}
  {{ column }},
{%- endfor %}
  is_deleted,
  deleted_at
FROM newest
WHERE NOT _deletes
{% filter clause(0) %}QUALIFY row_number() OVER (PARTITION BY {{ key }} ORDER BY {{ newer }}) = 1{% endfilter %};
