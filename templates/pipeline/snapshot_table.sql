{% include "materialized_table.sql" %}
AS
WITH newest AS (
  -- The rows of the file that was changed last, of those files that have rows that stay.
  SELECT *
  FROM {{ checked }}
  WHERE NOT _quarantined
  QUALIFY dense_rank() OVER (ORDER BY _file_modified_at DESC, _file_name DESC) = 1
)

{% filter columns(0, columns.len()) %}SELECT
{%- for column in columns %}
  {{ column.name }}{% if !loop.last %},{% endif %}
{%- endfor %}{% endfilter %}
FROM newest
{%- if let Some(key) = key %}
{% filter clause(0) %}QUALIFY row_number() OVER (PARTITION BY {{ key }} ORDER BY {{ order }}) = 1{% endfilter %}
{%- endif %};
