{{ header }}
CREATE OR REFRESH PRIVATE {% if streams %}STREAMING TABLE{% else %}MATERIALIZED VIEW{% endif %} {{ name }}
{%- if !rules.is_empty() || key.is_some() || outside.is_some() %} (
{%- for rule in rules %}
  {% filter element(1) %}CONSTRAINT {{ rule.name }}
    EXPECT (array_contains(_violations, {{ rule.literal }}) IS FALSE)
    {%- if rule.drops %} ON VIOLATION DROP ROW{% endif %}
    {%- if rule.fails %} ON VIOLATION FAIL UPDATE{% endif %}
    {%- if !loop.last || key.is_some() || outside.is_some() %},{% endif %}{% endfilter %}
{%- endfor %}
{%- if key.is_some() %}
  CONSTRAINT {{ unique_key }} EXPECT (coalesce(_key_rows = 1, TRUE)) ON VIOLATION FAIL UPDATE
  {%- if outside.is_some() %},{% endif %}
{%- endif %}
{%- if let Some(table) = outside %}
  {% filter element(1) %}CONSTRAINT {{ table.expectation }}
    EXPECT (coalesce(_column_types = {{ table.declared }}, FALSE)) ON VIOLATION FAIL UPDATE{% endfilter %}
{%- endif %}
)
{%- endif %}
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'silver'
)
AS
WITH
{%- if let Some(table) = outside %} {{ source }} AS (
  -- The columns that are read, under their names here, and the types that they have there.
  {% filter columns(1, table.columns.len() + 1) %}SELECT
{%- for column in table.columns %}
    {% filter item(2) %}{{ column }},{% endfilter %}
{%- endfor %}
    {% filter item(2) %}{{ table.types }}{% endfilter %}{% endfilter %}
  FROM {% if streams %}STREAM {% endif %}{{ table.name }}
),
{% endif %}
{%- if outside.is_some() %}
typed AS (
{%- else %} typed AS (
{%- endif %}
  -- A value that is not valid for its column is NULL; the value itself is kept for the rules.
  {% filter columns(1, columns.len() + kept.len()) %}SELECT
{%- for column in columns %}
    {% filter item(2) %}{{ column.value }}{% if !loop.last || !kept.is_empty() || outside.is_some() %},{% endif %}{% endfilter %}
{%- endfor %}
{%- for column in kept %}
    {% filter item(2) %}{{ column.given }}{% if !loop.last || outside.is_some() %},{% endif %}{% endfilter %}
{%- endfor %}
{%- if outside.is_some() %}
    _column_types
{%- endif %}{% endfilter %}
  FROM {{ source }}
),

judged AS (
  -- The names of all rules that a row breaks; a rule whose result is NULL is broken.
  SELECT
{%- for column in columns %}
    {{ column.name }},
{%- endfor %}
{%- for column in kept %}
    {{ column.kept }},
{%- endfor %}
{%- if outside.is_some() %}
    _column_types,
{%- endif %}
{%- if rules.is_empty() %}
    CAST(array() AS ARRAY<STRING>) AS _violations
{%- else %}
    {% filter item(2) %}array_compact(array(
{%- for rule in rules %}
      {% filter item(3) %}CASE
        WHEN {{ rule.broken }} THEN {{ rule.literal }}
      END{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}
    )) AS _violations{% endfilter %}
{%- endif %}
  FROM typed
)

SELECT
{%- for column in columns %}
  {{ column.name }},
{%- endfor %}
{%- for column in kept %}
  {{ column.kept }},
{%- endfor %}
{%- if outside.is_some() %}
  _column_types,
{%- endif %}
  _violations,
{%- if quarantine_rules.is_empty() %}
  FALSE AS _quarantined
{%- else %}
  {% filter item(1) %}arrays_overlap(_violations, array(
    {{ quarantine_rules|values(2) }}
  )) AS _quarantined{% endfilter %}
{%- endif %}
{%- if let Some(key) = key %},
  {% filter item(1) %}{{ key }} AS _key_rows{% endfilter %}
{%- endif %}
FROM judged;
