{{ header }}
CREATE OR REFRESH PRIVATE STREAMING TABLE {{ name }}
{%- if !rules.is_empty() %} (
{%- for rule in rules %}
  {% filter element(1) %}CONSTRAINT {{ rule.name }}
    EXPECT (array_contains(_violations, {{ rule.literal }}) IS FALSE)
    {%- if rule.drops %} ON VIOLATION DROP ROW{% endif %}
    {%- if rule.fails %} ON VIOLATION FAIL UPDATE{% endif %}
    {%- if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}
)
{%- endif %}
COMMENT {{ comment }}
TBLPROPERTIES (
  'quality' = 'silver'
)
AS
WITH {% if let Some(records) = records -%}
records AS (
  -- {{ records.about }}
  SELECT
{%- for column in records.columns %}
    {% filter item(2) %}{{ column }},{% endfilter %}
{%- endfor %}
{%- if let Some(readable) = records.readable %}
    {% filter item(2) %}{{ readable }} AS _readable,{% endfilter %}
    _corrupt_record,
{%- endif %}
    _rescued_data,
    _file_name,
    _file_modified_at
  FROM STREAM {{ raw }}
),

{% endif -%}
texts AS (
  -- {{ about_texts }}
  SELECT
{%- for column in columns %}
    {% filter item(2) %}{{ column.text }},{% endfilter %}
{%- endfor %}
{%- for column in columns %}
{%- if let Some(rescued) = column.rescued %}
    {{ rescued }},
{%- endif %}
{%- endfor %}
    {% filter item(2) %}struct(
      {{ names|values(3) }}
    ) AS _raw,{% endfilter %}
{%- if has_corrupt %}
    _readable,
    _corrupt_record,
{%- endif %}
    _rescued_data,
    _file_name,
    _file_modified_at
  FROM {% if records.is_some() %}records{% else %}STREAM {{ raw }}{% endif %}
),

typed AS (
  -- A text that is not valid for its column is NULL; the text itself is kept for the rules.
  SELECT
{%- for column in columns %}
    {% filter item(2) %}{{ column.typed }},{% endfilter %}
{%- if let Some(kept) = column.kept_text %}
    {% filter item(2) %}{{ kept }},{% endfilter %}
{%- endif %}
{%- endfor %}
    _raw,
{%- if has_corrupt %}
    _readable,
    _corrupt_record,
{%- endif %}
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
    {% filter item(2) %}array_compact(array(
{%- for rule in rules %}
      {% filter item(3) %}CASE
        WHEN {{ rule.broken }} THEN {{ rule.literal }}
      END{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}
    )) AS _violations,{% endfilter %}
{%- endif %}
    _raw,
{%- if has_corrupt %}
    _corrupt_record,
{%- endif %}
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
  {% filter item(1) %}arrays_overlap(_violations, array(
    {{ quarantine_rules|values(2) }}
  )) AS _quarantined,{% endfilter %}
{%- endif %}
  _raw,
{%- if has_corrupt %}
  _corrupt_record,
{%- endif %}
  _rescued_data,
  _file_name,
  _file_modified_at
FROM judged;
