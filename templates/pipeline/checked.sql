{{ header }}
CREATE OR REFRESH PRIVATE STREAMING TABLE {{ name }}
{%- if !rules.is_empty() %} (
{%- for rule in rules %}
  CONSTRAINT {{ rule.name }} EXPECT (array_contains(_violations, {{ rule.literal }}) IS FALSE)
    {%- if rule.drops %} ON VIOLATION DROP ROW{% endif %}
    {%- if rule.fails %} ON VIOLATION FAIL UPDATE{% endif %}
    {%- if !loop.last %},{% endif %}
{%- endfor %}
)
{%- endif %}
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'silver'
)
AS
WITH texts AS (
  -- Spaces around a text are removed; an empty text is NULL.
  SELECT
{%- for column in columns %}
    {{ column.text }} AS {{ column.name }},
{%- endfor %}
    struct({% for column in columns %}{{ column.name }}{% if !loop.last %}, {% endif %}{% endfor %}) AS _raw,
    _rescued_data,
    _file_name,
    _file_modified_at
  FROM STREAM {{ raw }}
),

typed AS (
  -- A text that is not valid for its column is NULL; the text itself is kept for the rules.
  SELECT
{%- for column in columns %}
    {{ column.typed }},
{%- if let Some(kept) = column.kept_text %}
    {{ kept }},
{%- endif %}
{%- endfor %}
    _raw,
    _rescued_data,
    _file_name,
    _file_modified_at
  FROM texts
),

judged AS (
  -- The names of all rules that a row breaks; a rule whose result is NULL is broken.
  SELECT
{%- for column in columns %}
    {{ column.name }},
{%- endfor %}
{%- if rules.is_empty() %}
    CAST(array() AS ARRAY<STRING>) AS _violations,
{%- else %}
    array_compact(array(
{%- for rule in rules %}
      CASE WHEN {{ rule.broken }} THEN {{ rule.literal }} END{% if !loop.last %},{% endif %}
{%- endfor %}
    )) AS _violations,
{%- endif %}
    _raw,
    _rescued_data,
    _file_name,
    _file_modified_at
  FROM typed
)

SELECT
{%- for column in columns %}
  {{ column.name }},
{%- endfor %}
  _violations,
{%- if quarantine_rules.is_empty() %}
  FALSE AS _quarantined,
{%- else %}
  arrays_overlap(_violations, array(
    {{ quarantine_rules }}
  )) AS _quarantined,
{%- endif %}
  _raw,
  _rescued_data,
  _file_name,
  _file_modified_at
FROM judged;
